from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import click
import pytest

from crawler.cli import main

ROOT = Path(__file__).parent.parent
UNIT = ROOT / "config" / "deploy" / "cuttings.service"
DOCKERFILE = (ROOT / "config" / "deploy" / "Dockerfile").read_text()
ANALYZE = shutil.which("systemd-analyze")

systemd = pytest.mark.skipif(
    ANALYZE is None and not os.environ.get("CI"), reason="systemd-analyze is not here; .ci/run installs it"
)


def analyze(*args):
    return subprocess.run([ANALYZE, *map(str, args)], capture_output=True, text=True, timeout=60, check=False)


def instructions():
    """The Dockerfile's, continued lines joined, as (word, rest)."""
    lines = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE)).splitlines()
    return [tuple(line.split(" ", 1)) for line in lines if line]


def arguments(words):
    """What click makes of a command line of ours; fails if it does not exist."""
    command = main.get_command(click.Context(main), words[0])
    with command.make_context(words[0], list(words[1:])) as context:
        return context.params


@systemd
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path):
    program = tmp_path / "cuttings"
    program.touch(0o755)
    unit = tmp_path / "cuttings.service"
    unit.write_text(UNIT.read_text().replace("/opt/cuttings/bin/cuttings", str(program)))
    done = analyze("verify", "--man=no", unit)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    unit.write_text(unit.read_text() + "Nonsense=yes\n")
    assert "Nonsense" in analyze("verify", "--man=no", unit).stderr


@systemd
def test_systemd_takes_what_chromium_needs_beside_the_unit(tmp_path):
    """Of a unit whose file is in another folder, it reads what is beside it."""
    program = tmp_path / "cuttings"
    program.touch(0o755)
    unit, more = tmp_path / "cuttings.service", tmp_path / "cuttings.service.d"
    more.mkdir()
    unit.write_text(UNIT.read_text().replace("/opt/cuttings/bin/cuttings", str(program)))
    shutil.copy(UNIT.with_name("browser.conf"), more)
    done = analyze("verify", "--man=no", unit)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    with (more / "browser.conf").open("a") as file:
        file.write("RestrictNamespaces=nonsense\n")
    assert "nonsense" in analyze("verify", "--man=no", unit).stderr


@systemd
def test_systemd_takes_the_unit_for_well_protected():
    done = analyze("security", "--offline=true", "--no-pager", UNIT)
    exposure = float(re.search(r"Overall exposure level for cuttings.service: ([\d.]+)", done.stdout)[1])
    assert exposure <= 1.5  # of 10; a service without any protection has 9.6


def test_the_command_of_the_unit_exists_and_it_waits_longer_than_the_daemon():
    unit = dict(re.findall(r"^(\w+)=(.*)$", UNIT.read_text(), re.MULTILINE))
    program, *words = shlex.split(unit["ExecStart"])
    assert Path(program).name in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert int(unit["TimeoutStopSec"]) > arguments(words)["grace"]
    assert unit["Type"] == "notify"


def test_the_dockerfile_copies_what_is_there_and_all_that_the_build_reads():
    copied = []
    for word, rest in instructions():
        if word == "COPY" and not rest.startswith("--from"):
            *sources, target = rest.split()
            copied += sources
            assert target in {"./", *sources}
    assert all((ROOT / source).exists() for source in copied)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], ".build", "pyproject.toml", "requirements.lock", project["project"]["readme"]}
    assert set(copied) == needed | {*project["project"]["license-files"], ".gitignore"}
    assert wheel["hooks"]["custom"]["path"].startswith(".build/")


def test_the_container_runs_as_nobody_special_and_takes_signals_itself():
    said = dict(instructions())
    assert int(said["USER"]) > 0
    for word in ("ENTRYPOINT", "CMD"):
        assert isinstance(json.loads(said[word]), list)  # a shell would keep SIGTERM from the daemon
    assert json.loads(said["ENTRYPOINT"]) == ["cuttings"]


def test_the_commands_of_the_container_exist():
    said = dict(instructions())
    assert arguments(json.loads(said["CMD"]))["form"] == "json"
    shown = re.findall(r"^#.* cuttings (serve .*)$", DOCKERFILE, re.MULTILINE)
    assert shown
    assert all(arguments(shlex.split(words)) for words in shown)
    environment = dict(pair.split("=", 1) for pair in said["ENV"].split())
    known = {option.envvar for option in main.get_command(click.Context(main), "daemon").params}
    assert {name for name in environment if name.startswith("CUTTINGS_")} <= known
