from __future__ import annotations

import os
import socket
import time

import pytest

from crawler.notify import Manager


@pytest.fixture(params=["path", "abstract"])
def listening(request, tmp_path):
    """A manager's socket, with the environment that names it."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@cuttings-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(name.replace("@", "\0", 1) if name.startswith("@") else name)
        listener.settimeout(5)
        yield listener, {"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}


def test_the_manager_is_told_each_state_in_its_own_words(listening):
    listener, environ = listening
    manager = Manager.of(environ)
    manager.ready("watching 3 sources")
    assert listener.recv(1000) == b"READY=1\nSTATUS=watching 3 sources"
    manager.alive()
    assert listener.recv(1000) == b"WATCHDOG=1"
    before = time.monotonic_ns() // 1000
    manager.reloading()
    told = dict(line.split("=", 1) for line in listener.recv(1000).decode().splitlines())
    assert told["RELOADING"] == "1"
    assert before <= int(told["MONOTONIC_USEC"]) <= time.monotonic_ns() // 1000
    manager.stopping()
    assert listener.recv(1000).startswith(b"STOPPING=1\n")


def test_the_variables_are_not_handed_on_to_children(listening):
    _, environ = listening
    assert Manager.of(environ).watchdog == 30
    assert environ == {}


def test_a_watchdog_meant_for_another_process_is_not_served(listening):
    listener, environ = listening
    manager = Manager.of(environ | {"WATCHDOG_PID": "1"})
    manager.alive()
    listener.setblocking(False)
    with pytest.raises(BlockingIOError):
        listener.recv(1000)


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "vsock:2:1234", "\0odd", "x" * 5000, "/" + "x" * 5000])
def test_where_nobody_listens_nothing_happens(address):
    manager = Manager.of({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "x"})
    manager.ready("")
    manager.alive()


def test_a_manager_that_does_not_read_is_not_waited_for(listening):
    _, environ = listening
    manager = Manager.of(environ)
    for _ in range(2000):
        manager.ready("x" * 1000)
