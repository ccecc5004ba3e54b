"""Extensions made of other sources than those beside them are not loaded."""

import ast
import json
import runpy
import subprocess
import sys
from dataclasses import fields
from hashlib import sha256
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from archive import compiled, models

PACKAGE = Path(compiled.__file__).parent


@pytest.fixture
def checkout(tmp_path):
    """A checkout with one module, beside which lies what no Python could load."""
    (tmp_path / ".build").mkdir()
    (tmp_path / "archive").mkdir()
    for name in ("__init__.py", "compiled.py"):
        (tmp_path / "archive" / name).write_text((PACKAGE / name).read_text("utf-8"), "utf-8")
    source = tmp_path / "archive" / "models.py"
    source.write_text("print('source')\n", "utf-8")
    source.with_suffix(EXTENSION_SUFFIXES[0]).write_bytes(b"no extension")
    note = {"archive/models.py": sha256(source.read_bytes()).hexdigest()}
    (tmp_path / ".build" / "compiled.json").write_text(json.dumps(note), "utf-8")
    return tmp_path


def ask(checkout, **environment):
    command = [sys.executable, "-c", "import archive.models"]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def test_the_extension_is_loaded_where_it_is_of_the_source(checkout):
    assert "ImportError" in ask(checkout).stderr


def test_after_an_edit_the_source_is_run_and_it_is_said(checkout):
    with (checkout / "archive" / "models.py").open("a", encoding="utf-8") as source:
        source.write("# edited\n")
    answer = ask(checkout)
    assert answer.stdout == "source\n"
    assert "pip install -e ." in answer.stderr


def test_the_sources_are_run_on_request(checkout):
    answer = ask(checkout, CUTTINGS_PURE="1")
    assert (answer.stdout, answer.stderr) == ("source\n", "")


def test_constructors_are_written_out_for_compiling_with_all_fields_and_those_of_the_base_in_their_order():
    written = runpy.run_path(str(PACKAGE.parent / ".build" / "compile.py"))["with_constructors"]
    tree = ast.parse(written((PACKAGE / "models.py").read_text("utf-8")))
    given = {
        node.name: [one.arg for one in method.args.args[1:]]
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name == "__init__"
    }
    assert {"Block", "Inline", "Failure", "Moved"} <= given.keys()
    assert given == {name: [field.name for field in fields(getattr(models, name))] for name in given}
