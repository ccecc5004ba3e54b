from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from crawler.cli import COMMANDS, main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def commands():
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {sub}", command.get_command(click.Context(command), sub)) for sub in command.commands)


def test_every_command_stands_in_the_readme():
    for name in COMMANDS:
        assert f"`cuttings {name}" in README


@pytest.mark.parametrize(
    ("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_says_what_it_does_with_an_example(name, command):
    assert f"cuttings {name}" in command.help
    assert "Example" in command.help


def test_every_command_that_the_readme_shows_exists():
    shown = set(re.findall(r"cuttings (\w+)", " ".join(re.findall(r"`[^`]*`|^\.venv.*$", README, re.MULTILINE))))
    assert shown - set(COMMANDS) == set()


def test_ci_runs_the_test_command_of_the_readme():
    pattern = re.search(r"sed -n 's/\^\\\((.*?)\\\)\$", (ROOT / ".ci" / "run").read_text())[1]
    assert re.search(f"^{pattern}$", README, re.MULTILINE)


def lengths(*folders):
    return sorted(path.read_text().count("\n") for folder in folders for path in (ROOT / folder).rglob("*.py"))


def test_every_file_keeps_to_the_size_that_one_can_read():
    sizes = lengths("config", "archive", "crawler")
    assert max(sizes[-1], *lengths("tests")) <= 400
    assert sizes[len(sizes) // 2] <= 130
