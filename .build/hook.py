"""Builds the extractor's modules as C extensions where that can be done, and leaves them as they are where not.

mypyc compiles the same sources that plain Python runs, so nothing is lost without a compiler but speed. In a wheel the
extensions stand beside the sources; an editable install has them in the checkout, with a note of the sources that
they were made of (``archive/compiled.py`` reads it). ``CUTTINGS_PURE=1`` leaves them out.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGES = ("config", "archive", "crawler")
NEEDED = ("mypy", "setuptools", "selectolax")
"""For their versions see requirements.lock; without selectolax's types the compiled code would be slower."""
MACHINES = frozenset({"x86_64", "amd64", "aarch64", "arm64"})
"""For which mypy comes as a wheel: elsewhere its own build could fail, and the installation with it."""
BESIDE = ("config/models.py", ".build/compile.py", "crawler/extract/trees.py", "crawler/extract/lines.json")
"""Not compiled, but what is compiled counts on their types, or is made of or by them."""
LONGEST = 900
"""Seconds; two slow cores need 120."""
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")


def modules() -> list[str]:
    """What is compiled: where Python itself takes the time, and not the parser or a pattern.

    mypyc makes lists of generator expressions and plain properties of cached ones, so these modules have neither.
    """
    names = (
        "around asides attributes authors blocks body boilerplate bullets bylines calendars called clock code"
        " counts dates dom doubled features figures guard head hidden images inlines json_ld kinds labels"
        " language lines links metadata names open_elements part patterns places prune quality rewrite score select"
        " shown signals site tables tidy timestamps titles verdict vocabulary words"
    )
    return [
        "archive/boilerplate.py",
        "archive/cleaning.py",
        "archive/columns.py",
        "archive/dedupe.py",
        "archive/ending.py",
        "archive/headlines.py",
        "archive/learned.py",
        "archive/memory.py",
        "archive/models.py",
        "archive/pieces.py",
        "archive/rows.py",
        "archive/sightings.py",
        "archive/sites.py",
        "archive/standing.py",
        "archive/times.py",
        "archive/window.py",
        "crawler/urls.py",
        *(f"crawler/extract/{name}.py" for name in names.split()),
    ]


class Hook(BuildHookInterface[BuilderConfig]):
    def dependencies(self) -> list[str]:
        if self.target_name != "wheel" or not can_compile():
            return []
        locked = (Path(self.root) / "requirements.lock").read_text("utf-8")
        return re.findall(rf"^(?:{'|'.join(NEEDED)})==\S+", locked, re.MULTILINE)

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        if version == "editable":
            in_place(root)
        elif made := compiled(root, Path(self.directory) / "compiled"):
            build_data["force_include"].update({str(path): name for name, path in made.items()})
            build_data["pure_python"] = False
            build_data["infer_tag"] = True


def can_compile() -> bool:
    if os.environ.get("CUTTINGS_PURE") or sys.implementation.name != "cpython":
        return False
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "")
    header = Path(sysconfig.get_path("include"), "Python.h")
    free = sysconfig.get_config_var("Py_GIL_DISABLED")  # mypyc's code counts on the lock
    known = platform.machine().lower() in MACHINES and not free
    return known and bool(compiler) and shutil.which(compiler[0]) is not None and header.exists()


def compiled(root: Path, out: Path) -> dict[str, Path]:
    """The extensions by their places in a wheel; none if there cannot be any, for whatever reason."""
    if not can_compile():
        return {}
    shutil.rmtree(out, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in PACKAGES:
            shutil.copytree(root / name, Path(folder, name), ignore=shutil.ignore_patterns("*.so", "__pycache__"))
        compiler = [sys.executable, str(root / ".build" / "compile.py"), str(out), *modules()]
        load = [sys.executable, "-c", "import cuttings__mypyc"]
        try:
            for command, cwd in ((compiler, Path(folder)), (load, out)):
                subprocess.run(command, cwd=cwd, check=True, timeout=LONGEST, capture_output=True, text=True)
        except (OSError, subprocess.SubprocessError) as error:
            said = "\n".join(filter(None, (getattr(error, name, "") for name in ("stdout", "stderr"))))
            sys.stderr.write(f"Not compiled, so the extractor is slower: {error}\n{said}\n")
            return {}
    return {path.relative_to(out).as_posix(): path for path in sorted(out.rglob(f"*{SUFFIX}"))}


def in_place(root: Path) -> None:
    """Put the extensions beside their sources, unless those that are there are of the same sources."""
    note = root / ".build" / "compiled.json"
    sources = {name: sha256((root / name).read_bytes()).hexdigest() for name in (*modules(), *BESIDE)}
    library = root / f"cuttings__mypyc{SUFFIX}"
    if can_compile() and library.exists() and note.exists() and json.loads(note.read_text("utf-8")) == sources:
        return
    note.unlink(missing_ok=True)
    folders = {(root / name).parent for name in modules()}
    for old in (library, *(old for folder in folders for old in folder.glob(f"*{SUFFIX}"))):
        old.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as out:
        made = compiled(root, Path(out))
        if made:
            note.write_text(json.dumps(sources, indent=1), "utf-8")
        for name, path in made.items():
            shutil.copy(path, root / name)
