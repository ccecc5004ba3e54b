"""config/deploy/compose.yaml and kubernetes.yaml: their command lines exist, and run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.cluster import free_port, listens
from tests.elsewhere import publishers, whole, write
from tests.live import asked, until
from tests.test_deploy import arguments

DEPLOY = Path(__file__).parent.parent / "config" / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
MANIFESTS = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text()))


def containers():
    for manifest in MANIFESTS:
        if manifest["kind"] in {"Deployment", "StatefulSet", "Job"}:
            yield from manifest["spec"]["template"]["spec"]["containers"]


def lines():
    """(whether it is Dask's, the words after the program)."""
    yield from ((it.get("entrypoint") == ["dask"], it["command"]) for it in COMPOSE.values())
    yield from ((it.get("command") == ["dask"], it["args"]) for it in containers())


@pytest.mark.parametrize("words", [words for dask, words in lines() if not dask], ids=lambda words: words[0])
def test_the_commands_of_ours_exist(words):
    assert arguments(list(map(str, words)))


def test_all_parts_have_one_image_and_one_scheduler():
    assert {it["image"] for it in (*COMPOSE.values(), *containers())} == {"cuttings-cluster"}
    (service,) = [it for it in MANIFESTS if it["kind"] == "Service"]
    named = {word for _, words in lines() for word in words if str(word).startswith("tcp://")}
    assert named == {"tcp://scheduler:8786", f"tcp://{service['metadata']['name']}:8786"}
    labels = [it["spec"]["template"]["metadata"]["labels"] for it in MANIFESTS if it["kind"] == "Deployment"]
    assert service["spec"]["selector"] in labels


def test_what_compose_begins_crawls_together(tmp_path):
    port, folder, begun = free_port(), tmp_path / "data", []
    folder.mkdir()
    settings = {key: str(value) for key, value in COMPOSE["worker"]["environment"].items()}
    env = os.environ | settings | {"PYTHONPATH": str(Path.cwd())}

    def begin(name, *program):
        words = [str(word) for word in COMPOSE[name]["command"]]
        words = [word.replace("scheduler:8786", f"127.0.0.1:{port}").replace("8786", str(port)) for word in words]
        with (tmp_path / f"{name}.log").open("wb") as log:
            line = [sys.executable, *program, *words]
            begun.append(subprocess.Popen(line, cwd=folder, env=env, stdout=log, stderr=log))
        return begun[-1]

    with publishers() as sites:
        write(folder, sites, 0.0)
        try:
            begin("scheduler", "-m", "dask")
            begin("worker", "-m", "dask")
            until(lambda: listens(port))
            daemon = begin("daemon", "-m", "crawler")
            until(lambda: asked(*sites).total() == 36)
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(60) == 0
        finally:
            for process in begun:
                process.terminate()
                process.wait()
        whole(folder / "archive.db")
