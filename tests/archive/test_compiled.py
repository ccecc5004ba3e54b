"""Extensions made of other sources than those beside them are not loaded."""

import json
import subprocess
import sys
from hashlib import sha256
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from archive import compiled

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
