from __future__ import annotations

import socket
import subprocess

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


@pytest.fixture
def certificate(tmp_path):
    request = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    names = ["-subj", "/CN=paper", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*request, *names, "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    return files
