"""Compile modules with mypyc: ``python compile.py FOLDER MODULE.py …``, from a folder without a pyproject.toml.

A process of its own, because mypyc ends the one that it runs in where it finds an error. The modules are copies, and
are changed: see ``with_constructors``. One is made here: the trees of ``lines.json`` as a function.
"""

from __future__ import annotations

import ast
import json
import os
import runpy
import sys
from pathlib import Path

from mypyc.build import mypycify
from setuptools import setup


def with_constructors(source: str) -> str:
    """Write out the constructors of dataclasses.

    Those that ``dataclass`` makes stay interpreted and take six times as long, in all a tenth of the time of a page.
    A class with a default that is made anew for each object keeps them.
    """
    lines = source.split("\n")
    classes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]
    for node in sorted(classes, key=lambda one: -one.lineno):
        fields = [one for one in node.body if isinstance(one, ast.AnnAssign)]
        decorated = any(ast.unparse(one).startswith("dataclass") for one in node.decorator_list)
        if not decorated or any(one.value and "field(" in ast.unparse(one.value) for one in fields):
            continue
        names = [ast.unparse(one.target) for one in fields]
        given = ", ".join(
            f"{name}: {ast.unparse(one.annotation)}" + (f" = {ast.unparse(one.value)}" if one.value else "")
            for name, one in zip(names, fields, strict=True)
        )
        body = [f"        self.{name} = {name}  # type: ignore[misc]" for name in names]
        lines[node.end_lineno : node.end_lineno] = [f"    def __init__(self, {given}) -> None:", *body]
    return "\n".join(lines)


folder, *modules = sys.argv[1:]
for module in map(Path, modules):
    module.write_text(with_constructors(module.read_text("utf-8")), "utf-8")
extract = Path("crawler/extract")
odds = runpy.run_path(str(extract / "trees.py"))["source"](json.loads((extract / "lines.json").read_text("utf-8")))
(extract / "odds.py").write_text(odds, "utf-8")
modules.append(str(extract / "odds.py"))
setup(
    name="cuttings",
    # -O1: at -O2 a page costs as much (48.4 and 48.2 million instructions), compiling 75 s instead of 55.
    ext_modules=mypycify(["--ignore-missing-imports", *modules], opt_level="1", debug_level="0", group_name="cuttings"),
    script_args=["--quiet", "build_ext", "--build-lib", folder, "--parallel", str(os.cpu_count() or 1)],
)
