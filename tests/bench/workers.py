"""The processes that extractors run in: Cuttings in this Python, the peers in an environment of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tests.bench.peers import REQUIREMENTS
from tests.bench.sets import ROOT, Answer, Page

ENVIRONMENT = ROOT / "build" / "peers"
PIP = "pip>=24.1"  # before that, its resolver stops at lxml[html-clean] and lxml[html_clean]


def install(names: list[str], folder: Path = ENVIRONMENT, *, more: Sequence[str] = ()) -> Path:
    """The Python of an environment with these peers, made or completed if need be, from the index pip is set to.

    ``more``: requirements besides theirs.
    """
    python = folder / "bin" / "python"
    wanted = sorted({*more, *(requirement for name in names for requirement in REQUIREMENTS[name])})
    note = folder / "installed.json"
    have = json.loads(note.read_text("utf-8")) if note.is_file() else []
    if not set(wanted) <= set(have):
        if not python.is_file():
            venv.create(folder, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "--upgrade", PIP], check=True)
        subprocess.run([*pip, *wanted], check=True)
        note.write_text(json.dumps(sorted({*wanted, *have})), "utf-8")
    return python


class Worker:
    """One extractor in a process that answers page by page; started anew where a page ends it."""

    def __init__(self, name: str, python: Path | str = sys.executable) -> None:
        self.command = [str(python), "-m", "tests.bench.peers", name]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    def ask(self, page: Page) -> Answer:
        try:
            self.process.stdin.write(json.dumps({"html": page.html, "url": page.url}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if line:
            return Answer.read(json.loads(line))
        self.close()
        self.start()
        return Answer(failure="the process ended")

    def close(self) -> None:
        for stream in (self.process.stdin, self.process.stdout):
            try:
                stream.close()
            except BrokenPipeError:
                continue
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
