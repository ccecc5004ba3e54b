from __future__ import annotations

import socket
import subprocess
from datetime import timedelta

import pytest

from tests.polite import Clock


@pytest.fixture
def db(tmp_path):
    return tmp_path / "archive.db"


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def manager(tmp_path):
    """What systemd is to a daemon: the socket that it is told things through."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(30)
        yield listener


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """The files of a certificate for 127.0.0.1 and paper.test, signed by itself, and of its key."""
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "cert.pem", folder / "key.pem"
    key = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = "IP:127.0.0.1,DNS:paper.test,DNS:www.paper.test"
    for_whom = ["-subj", "/CN=paper.test", "-addext", f"subjectAltName={names}"]
    made = ["openssl", "req", *key, *for_whom, "-out", files[0], "-keyout", files[1]]
    subprocess.run(made, check=True, capture_output=True)
    return files


@pytest.fixture(scope="module")
def earlier_once(tmp_path_factory):
    """A crawl takes seconds, a copy of what it left none."""
    from tests.earlier import made

    with made(tmp_path_factory.mktemp("earlier") / "archive.db") as earlier:
        yield earlier


@pytest.fixture
def earlier(earlier_once, db):
    """tests.earlier.Earlier, of this test alone."""
    return earlier_once.copy(db)


@pytest.fixture
def dask(tmp_path):
    """tests.cluster.Machines: a scheduler and three workers."""
    from tests.cluster import machines

    with machines(tmp_path) as cluster:
        yield cluster


@pytest.fixture
def short(monkeypatch):
    """Of turns taken elsewhere, who hangs is given up soon."""
    from crawler import away, crawl

    monkeypatch.setattr(away, "TURN", 0.3)
    monkeypatch.setattr(away, "SLACK", 0.5)
    monkeypatch.setattr(crawl, "PATIENCE", timedelta(seconds=0.5))
    monkeypatch.setattr(away, "RETRY_SECONDS", 0.3)
