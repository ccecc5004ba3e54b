"""Compiled: whether the C extensions that lie beside their sources in a checkout are of these very sources.

Python takes an extension before a source of the same name. After an edit that would be the old code; then all of the
sources are taken as they are, until ``pip install -e .`` compiles them anew.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from hashlib import sha256
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path


def guard(archive: str) -> None:
    """Before the first of them is imported. ``archive``: this package's folder, as Python knows it."""
    if not os.environ.get("CUTTINGS_PURE"):
        if _are_current(Path(archive).parent):
            return
        warnings.warn("Compiled modules are older than their sources and not used: pip install -e .", stacklevel=2)
    crawler = os.path.join(os.path.dirname(archive), "crawler")  # noqa: PTH118, PTH120  # a key: as it is written
    for folder in (archive, crawler, os.path.join(crawler, "extract")):  # noqa: PTH118  # likewise
        sys.path_importer_cache[folder] = FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES))


def _are_current(root: Path) -> bool:
    """Also where there are none, or none that could be edited: only a checkout has the note. Takes 2 ms."""
    try:
        made_of = json.loads((root / ".build" / "compiled.json").read_text("utf-8"))
        return all(sha256((root / name).read_bytes()).hexdigest() == digest for name, digest in made_of.items())
    except FileNotFoundError as missing:
        return str(missing.filename).endswith("compiled.json")
