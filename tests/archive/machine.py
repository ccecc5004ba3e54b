"""What the tests of trouble need of the machine: a small disk, and another process."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def python(program: str, *arguments: object) -> subprocess.Popen[str]:
    """Another process that runs ``program`` with the archive's code at hand."""
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{program}"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, text=True, **pipes)


@contextlib.contextmanager
def small_disk(where: Path, size: str):
    """A file system of its own with little room; only root can make one."""
    where.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", where], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("only root can mount a small disk")
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", where], check=True)
