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


def with_constructors(source: str) -> str:
    """Write out the constructors of dataclasses, and how they are pickled.

    The constructors that ``dataclass`` makes stay interpreted and take six times as long, in all a tenth of the time
    of a page. A class keeps them that has a default made anew for each object, or a base from elsewhere. mypyc's
    objects are pickled by their constructors, or not at all.
    """
    lines = source.split("\n")
    classes = {node.name: node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)}
    for node in sorted(classes.values(), key=lambda one: -one.lineno):
        line = [node]  # the class and its bases
        while bases := line[0].bases:
            if len(bases) > 1 or (base := classes.get(ast.unparse(bases[0]))) is None:
                break
            line.insert(0, base)
        decorated = any(ast.unparse(one).startswith("dataclass") for one in node.decorator_list)
        fields = {ast.unparse(one.target): one for each in line for one in each.body if isinstance(one, ast.AnnAssign)}
        anew = any(one.value and "field(" in ast.unparse(one.value) for one in fields.values())
        if not decorated or bases:
            continue
        values = ", ".join(f"self.{name}" for name in fields) + ("," if fields else "")
        pickled = ["    def __reduce__(self) -> tuple[object, ...]:", f"        return ({node.name}, ({values}))"]
        lines[node.end_lineno : node.end_lineno] = pickled
        if anew:
            continue
        given = ", ".join(
            f"{name}: {ast.unparse(one.annotation)}" + (f" = {ast.unparse(one.value)}" if one.value else "")
            for name, one in fields.items()
        )
        body = [f"        self.{name} = {name}  # type: ignore[misc]" for name in fields]
        lines[node.end_lineno : node.end_lineno] = [f"    def __init__(self, {given}) -> None:", *body]
    return "\n".join(lines)


def main(folder: str, *modules: str) -> None:
    from mypyc.build import mypycify  # noqa: PLC0415  # needed here alone, and only there where it builds
    from setuptools import setup  # noqa: PLC0415  # likewise

    for module in map(Path, modules):
        module.write_text(with_constructors(module.read_text("utf-8")), "utf-8")
    extract = Path("crawler/extract")
    odds = runpy.run_path(str(extract / "trees.py"))["source"](json.loads((extract / "lines.json").read_text("utf-8")))
    (extract / "odds.py").write_text(odds, "utf-8")
    names = ["--ignore-missing-imports", *modules, str(extract / "odds.py")]
    setup(
        name="cuttings",
        # -O1: at -O2 a page costs as much (48.4 and 48.2 million instructions), compiling 75 s instead of 55.
        ext_modules=mypycify(names, opt_level="1", debug_level="0", group_name="cuttings"),
        script_args=["--quiet", "build_ext", "--build-lib", folder, "--parallel", str(os.cpu_count() or 1)],
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
