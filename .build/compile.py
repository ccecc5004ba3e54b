"""Compile modules with mypyc: ``python compile.py FOLDER MODULE.py …``, from a folder without a pyproject.toml.

A process of its own, because mypyc ends the one that it runs in where it finds an error.
"""

from __future__ import annotations

import os
import sys

from mypyc.build import mypycify
from setuptools import setup

folder, *modules = sys.argv[1:]
setup(
    name="cuttings",
    # -O1: at -O2 a page costs as much (48.4 and 48.2 million instructions), compiling 75 s instead of 55.
    ext_modules=mypycify(["--ignore-missing-imports", *modules], opt_level="1", debug_level="0", group_name="cuttings"),
    script_args=["--quiet", "build_ext", "--build-lib", folder, "--parallel", str(os.cpu_count() or 1)],
)
