"""Log: one line for each thing that happened, as text or as JSON, on standard error; no secrets, no forged lines.

A fetch's line has the fields of ``fields``, always all of them. Any other is an event ``message``; an exception is one
line too, with its traceback in the field ``trace``.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import re
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Literal

from archive.models import Change, Failure, Verdict
from archive.tasks import Outcome, TaskKind
from archive.times import iso_ms
from config.models import Config, Secret
from crawler import urls
from crawler.masks import MASK, any_of, masked

log = logging.getLogger(__name__)

Form = Literal["text", "json"]

NOISY = {"httpx": logging.WARNING, "httpcore": logging.WARNING, "apscheduler": logging.ERROR, "uvicorn": logging.ERROR}
"""They log every URL, with what a subscriber's cookie unlocked; each second of a tick that takes longer; and whatever
anybody sends to /healthz."""
WAITING = 10_000
"""Lines that wait for a reader who is slow, some 3 MB; those beyond are left out, and counted."""
PATIENCE = 2.0
"""Seconds that the end of the process waits for such a reader."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Formatter(logging.Formatter):
    """A record as one line. What pages and servers sent may stand in it, so control characters do not."""

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form
        self._secrets: set[str] = set()
        self._known: re.Pattern[str] | None = None

    def hide(self, secrets: Iterable[str]) -> None:
        """Mask these values too from now on, wherever they stand."""
        self._secrets |= set(secrets)
        self._known = any_of(self._secrets)

    def format(self, record: logging.LogRecord) -> str:
        message = self._clean(record.getMessage())
        trace = self._clean(self.formatException(record.exc_info)) if record.exc_info else ""
        at = iso_ms(datetime.fromtimestamp(record.created, UTC))
        if self._form == "text":
            # A traceback's lines are indented, so that none of them can look like a line of the log.
            below = "".join(f"\n  {_CONTROL.sub(' ', line)}" for line in trace.splitlines())
            return f"{at} {record.levelname} {_CONTROL.sub(' ', message)}{below}"
        row: dict[str, Any] | None = getattr(record, "fetch", None)
        if row is None:
            row = {"event": "message", "logger": record.name, "message": message} | ({"trace": trace} if trace else {})
        else:
            row = {key: self._clean(value) if isinstance(value, str) else value for key, value in row.items()}
        return json.dumps({"at": at, "level": record.levelname.lower()} | row)

    def _clean(self, text: str) -> str:
        text = masked(text)
        return self._known.sub(MASK, text) if self._known else text


class Handler(logging.Handler):
    """Lines to a file descriptor, written by a thread: a reader that stops reading stops nothing else."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._lines: queue.Queue[str | None] = queue.Queue(WAITING)
        self._lost = 0
        self._thread = threading.Thread(target=self._write, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.put_nowait(self.format(record))
        except queue.Full:
            self._lost += 1
        except Exception:  # noqa: BLE001  # logging's own way with what cannot be formatted
            self.handleError(record)

    def close(self) -> None:
        """Write what waits, if it is read."""
        try:
            self._lines.put(None, timeout=PATIENCE)
        except queue.Full:
            return
        self._thread.join(PATIENCE)
        super().close()

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            self._put(line)
            if self._lost and self._lines.empty():
                lost, self._lost = self._lost, 0
                self._put(self.format(_record(f"{lost} lines were not logged, because nobody read them in time")))

    def _put(self, line: str) -> None:
        left = line.encode("utf-8", "backslashreplace") + b"\n"
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:  # nobody is there: the work goes on
            return


def _record(message: str) -> logging.LogRecord:
    return logging.LogRecord(__name__, logging.WARNING, __file__, 0, message, None, None)


def fields(outcome: Outcome, verdict: Verdict) -> dict[str, str | int | float | None]:
    """What one fetch's line says; ``null`` or an empty text where there is nothing to say."""
    task, page, result = outcome.task, outcome.page, outcome.result
    failure = result if isinstance(result, Failure) else None
    return {
        "event": "fetch",
        "source": task.source,
        "kind": "listing" if task.kind is TaskKind.LISTING else "article",
        "url": task.url,
        "host": urls.host(task.url),
        "outcome": ended(outcome, verdict),
        "stage": failure.stage.value if failure else "",
        "reason": failure.reason if failure else "",
        "status": page.status if page else None,
        "bytes": len(page.body) if page else None,
        "seconds": round(outcome.seconds, 3),
        "links": len(result) if isinstance(result, tuple) else None,
        "article": verdict.article_id,
        "detail": failure.detail if failure else outcome.problem,
    }


def ended(outcome: Outcome, verdict: Verdict) -> str:
    """In one word, as the table ``fetches`` has it: listed, new, revised, unchanged, duplicate, removed, failed."""
    listed = outcome.task.kind is TaskKind.LISTING and verdict.change is not Change.FAILED
    return "listed" if listed else verdict.change.value


def log_outcome(outcome: Outcome, verdict: Verdict) -> None:
    """One line a fetch."""
    if log.isEnabledFor(logging.INFO):
        said = fields(outcome, verdict)
        what = (said[key] for key in ("source", "kind", "outcome", "stage", "reason", "url", "detail"))
        log.info("%s", " ".join(str(part) for part in what if part), extra={"fetch": said})


def start(form: Form = "text", *, quiet: bool = False) -> Formatter:
    """Log to standard error from now on; ``quiet``: warnings and errors only. The formatter can be told secrets."""
    formatter = Formatter(form)
    handler = Handler(sys.stderr.fileno())
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING if quiet else logging.INFO, handlers=[handler], force=True)
    for name, level in NOISY.items():
        logging.getLogger(name).setLevel(level)
    return formatter


def secrets_of(config: Config) -> set[str]:
    """What sources' headers and cookies hold of the environment, cookie files' values, webhooks, mail's password.

    Of these not those that are a word alone: a file has also what is none of a secret, as ``accepted``.
    """
    pairs = (pair for source in config.sources for pair in (*source.headers, *source.cookies))
    filled = (value for _, value in pairs if isinstance(value, Secret))
    filed = (cookie.value for source in config.sources for cookie in source.jar)
    known = {text for value in filled for text in (value, *value.parts)} | {it for it in filed if not it.isalpha()}
    hooks = {hook for watch in config.watches for hook in (watch.webhook, *getattr(watch.webhook, "parts", ()))}
    return (known | hooks | {config.alarms.webhook, config.mail.password}) - {""}
