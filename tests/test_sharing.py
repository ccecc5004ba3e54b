from __future__ import annotations

from pathlib import Path

from tests.conftest import APART, Shares


def test_a_file_goes_to_one_process_and_of_those_that_wait_each_test_to_any():
    together = {Shares._split_scope(None, f"tests/test_readme.py::test_{n}") for n in range(3)}
    assert together == {"tests/test_readme.py"}
    apart = {Shares._split_scope(None, f"tests/crawler/{APART[-1]}.py::test_it[{n}.py]") for n in range(3)}
    assert len(apart) == 3


def test_every_file_whose_tests_go_apart_is_there():
    assert set(APART) <= {path.stem for path in Path(__file__).parent.rglob("test_*.py")}
