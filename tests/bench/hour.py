"""An hour with a web of misbehaving sites: python -m tests.bench.hour [MINUTES] [--json], by default 60.

A process of its own plays fifteen papers that publish all the time and some thirty sites that misbehave, one for each
way (tests.bench.hour_misdeeds). ``cuttings daemon`` watches them, is told to reload its configuration, once a broken
one, is killed, finds its archive locked, and is backed up and checked meanwhile. Then it is looked whether every
promise was kept (tests.bench.hour_promises): exit status 1 if one was not.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pickle
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path

from tests.bench.hour_gauges import Gauges
from tests.bench.hour_papers import Tempo
from tests.bench.hour_promises import SETTLED, Events, Evidence, judge

EVIDENCE = "evidence.pickle"
LATECOMER = "paper-7"
"""The source that is configured only later."""


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def configuration(tempo: Tempo, sources: dict[str, dict]) -> str:
    head = f"""allow_private = true
[politeness]
delay = {tempo.delay}
jitter = 0.1
[limits]
listing_bytes = {tempo.megabytes}_000_000
deadline = {tempo.deadline}
reading = {tempo.reading}
links_per_listing = 500
links_per_day = 100
"""
    return head + "".join(
        f"[sources.{name}]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in source.items())
        for name, source in sources.items()
    )


class Hour:
    """One run, in a folder."""

    def __init__(self, folder: Path, minutes: float, tell: Callable[[str], None]) -> None:
        self.folder, self.tempo, self.minutes = folder, Tempo.of(minutes), minutes
        self.db, self.events, self._tell = folder / "archive.db", Events(), tell
        self._log = (folder / "daemon.log").open("ab")
        env = {key: value for key, value in os.environ.items() if not key.startswith("CUTTINGS_")}
        quiet = "ignore:Compiled modules:UserWarning"  # that the sources are newer is no news here
        self._env = env | {"PYTHONPATH": str(Path.cwd()), "PYTHONWARNINGS": quiet}
        self._port = _free_port()
        self.gauges = Gauges(self._port, self.tempo.total / 60 if self.tempo.total < 600 else 10.0)
        self.daemon: subprocess.Popen[bytes] | None = None

    def command(self, *args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "crawler", *args, "--db", str(self.db)]
        return subprocess.run(command, cwd=self.folder, env=self._env, capture_output=True, text=True, check=False)

    def start(self) -> None:
        self._tell("starting the daemon")
        begun = time.time()
        command = [sys.executable, "-m", "crawler", "daemon", "--log", "json", "--listen", f"127.0.0.1:{self._port}"]
        self.daemon = subprocess.Popen(
            [*command, "--db", str(self.db)], cwd=self.folder, env=self._env, stderr=self._log, stdout=self._log
        )
        self.gauges.pid = self.daemon.pid
        end = time.monotonic() + 30
        while self.gauges.get("/healthz")[0] != 200:
            assert time.monotonic() < end, "the daemon did not start"
            assert self.daemon.poll() is None, "the daemon ended"
            time.sleep(0.1)
        self.events.excused("start", begun, time.time())

    def configure(self, *, latecomer: bool = True, broken: bool = False) -> None:
        sources = json.loads((self.folder / "web.json").read_text())
        if not latecomer:
            del sources[LATECOMER]
        text = configuration(self.tempo, sources)
        (self.folder / "cuttings.toml").write_text(text + ("[politeness\ndelay = never\n" if broken else ""))

    def reload(self, *, broken: bool = False) -> None:
        self.configure(broken=broken)
        assert self.daemon
        self.daemon.send_signal(signal.SIGHUP)
        time.sleep(3)  # for it to be read before the next is written

    def reload_broken(self) -> None:
        self.reload(broken=True)
        self.reload()

    def kill(self) -> None:
        assert self.daemon
        self.gauges.pid = 0
        begun = time.time()
        self.daemon.kill()
        self.daemon.wait()
        time.sleep(1)
        self.events.excused("killed", begun - 1, time.time())
        self.start()

    def lock(self) -> None:
        """As another program might, which has never heard of us."""
        begun = time.time()
        with contextlib.closing(sqlite3.connect(self.db, timeout=30, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            time.sleep(self.tempo.lock)
            other.execute("ROLLBACK")
        self.events.excused("locked", begun, time.time() + 10)

    def backup(self) -> None:
        target = self.folder / "backup.db"
        done = self.command("backup", str(target), "--force")
        self.events.did("backup", done.returncode, done.stdout + done.stderr)
        with contextlib.closing(sqlite3.connect(target)) as copy:
            self.events.did("integrity of the backup", *_integrity(copy))

    def check_quick(self) -> None:
        done = self.command("check", "--quick")
        self.events.did("check --quick", done.returncode, done.stdout + done.stderr)

    def plan(self) -> list[tuple[float, Callable[[], None]]]:
        """What happens at which share of the time; in a long run most of it again, and one daemon lives long."""
        plan = [
            (0.12, self.reload),
            (0.2, self.backup),
            (0.28, self.lock),
            (0.42, self.reload_broken),
            (0.5, self.check_quick),
            (0.7, self.reload),
        ]
        if self.tempo.total < SETTLED:
            return sorted([*plan, (0.58, self.kill)], key=itemgetter(0))
        more = [
            (0.08, self.kill),
            (0.16, self.kill),
            (0.34, self.check_quick),
            (0.64, self.backup),
            (0.82, self.reload),
        ]
        return sorted([*plan, *more], key=itemgetter(0))

    def run(self) -> Evidence:
        command = [sys.executable, "-m", "tests.bench.hour_web", str(self.folder), str(self.minutes)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as web:
            assert web.stdout
            assert web.stdin
            assert web.stdout.readline() == b"ready\n"
            self.events.began = time.time()
            try:
                self.configure(latecomer=False)
                self.start()
                self._live()
                self._stop()
            finally:
                if self.daemon and self.daemon.poll() is None:
                    self.daemon.kill()
                self.gauges.close()
                web.stdin.close()
                web.stdout.readline()
        return self._evidence()

    def _live(self) -> None:
        assert self.daemon
        for share, event in self.plan():
            self._wait(share)
            self._tell(event.__name__)
            event()
        self._wait(1.0)

    def _wait(self, share: float) -> None:
        while (left := self.events.began + share * self.tempo.total - time.time()) > 0:
            assert self.daemon
            assert self.daemon.poll() is None, f"the daemon ended by itself with {self.daemon.returncode}"
            time.sleep(min(left, 1))

    def _stop(self) -> None:
        assert self.daemon
        self._tell("stopping")
        self.events.metrics = self.gauges.get("/metrics")[1]
        status = self.command("status", "--json", "--all")
        self.events.did("status", status.returncode, status.stderr)
        self.events.status = json.loads(status.stdout)
        parts = Path(f"/proc/{self.daemon.pid}/stat").read_text().rpartition(")")[2].split()
        self.events.cpu = sum(map(int, parts[11:15])) / os.sysconf("SC_CLK_TCK")
        begun = time.time()
        self.gauges.pid = 0
        self.daemon.send_signal(signal.SIGTERM)
        self.events.did("exit of the daemon", self.daemon.wait(60), "")
        self.events.stopping = time.time() - begun
        self.events.excused("stopping", begun - 1, time.time() + 5)

    def _evidence(self) -> Evidence:
        self._log.close()
        done = self.command("check")
        self.events.did("check", done.returncode, done.stdout + done.stderr)
        with contextlib.closing(sqlite3.connect(self.db)) as archive:
            self.events.did("integrity_check", *_integrity(archive))
        ledger = json.loads((self.folder / "ledger.json").read_text())
        seen = self.gauges
        log = self.folder / "daemon.log"
        evidence = Evidence(self.tempo, self.db, ledger, self.events, seen.health, seen.samples, seen.seen, log)
        (self.folder / EVIDENCE).write_bytes(pickle.dumps(evidence))
        return evidence


def _integrity(db: sqlite3.Connection) -> tuple[int, str]:
    (said,) = db.execute("PRAGMA integrity_check").fetchone()
    return int(said != "ok"), said


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("minutes", type=float, nargs="?", default=60)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="work in it, and leave it")
    parser.add_argument("--again", action="store_true", help="judge once more what an earlier run left in --keep")
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(exist_ok=True)
        began = time.monotonic()

        def tell(what: str) -> None:
            print(f"{time.monotonic() - began:7.1f} s  {what}", file=sys.stderr, flush=True)

        if given.again:
            evidence = pickle.loads((folder / EVIDENCE).read_bytes())
        else:
            evidence = Hour(folder, given.minutes, tell).run()
        report = judge(evidence)
    if given.json:
        print(json.dumps(report, indent=1))
    else:
        for name, value in report["figures"].items():
            print(f"{name:34} {value}")
        for name, said in report["ills"].items():
            print(f"{name:27} {re.sub(r'http://127.0.0.1', '', said)[:230]}")
        print("\n".join(f"BROKEN: {one}" for one in report["broken"]) or "Every promise was kept.")
    sys.exit(bool(report["broken"]))


if __name__ == "__main__":
    main()
