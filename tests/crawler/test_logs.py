from __future__ import annotations

import io
import json
import logging
import os
import pickle
import time

import pytest

from archive.models import Change, Failure, Link, Page, Stage, Verdict
from archive.tasks import Outcome, Site, Task, TaskKind
from config.models import Config, Cookie, Secret, Source
from config.secrets import fill
from crawler.logs import Formatter, Handler, fields, log_outcome, secrets_of
from crawler.masks import masked
from tests.publisher import DAY

URL = "https://town.example/news/1"


@pytest.fixture
def lines():
    """Logs in one form into memory; gives what was logged."""
    logger = logging.getLogger("crawler.logs")
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)

    def use(form, *secrets):
        handler.setFormatter(Formatter(form))
        handler.formatter.hide(secrets)
        return lambda: stream.getvalue().splitlines()

    use.logger = logger
    yield use
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


def outcome(result, *, kind=TaskKind.ARTICLE, url=URL, page=True):
    answer = Page(url, url, 200, (("set-cookie", "id=s3cret-value"),), b"12345", DAY) if page else None
    return Outcome(Task(1, kind, url, "town"), Site("town.example"), result, answer, seconds=1.23456)


def fail(message):
    raise ValueError(message)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://ada:secret@town.example/a", "https://***@town.example/a"),
        ("https://ada:se@cret@town.example/a", "https://***@town.example/a"),
        ("https://town.example/@ada/1", "https://town.example/@ada/1"),
        ("https://town.example?to=ada@town.example", "https://town.example?to=ada@town.example"),
        ("see https://town.example/feed?token=abc&page=2 now", "see https://town.example/feed?token=***&page=2 now"),
        ("https://town.example/f?page=2&api_key=abc", "https://town.example/f?page=2&api_key=***"),
        ("https://town.example/f?apikey=abc", "https://town.example/f?apikey=***"),
        ("https://town.example/f?KEY=abc", "https://town.example/f?KEY=***"),
        ("https://town.example/f?X-Amz-Signature=ab%26c&x=1", "https://town.example/f?X-Amz-Signature=***&x=1"),
        ("https://town.example/f?%74oken=abc", "https://town.example/f?%74oken=***"),
        ("https://town.example/f#access_token=abc", "https://town.example/f#access_token=***"),
        ("https://town.example/f?auth=a&password=b&sid=c", "https://town.example/f?auth=***&password=***&sid=***"),
        ("https://town.example/f?token=", "https://town.example/f?token=***"),
        (
            "/login?next=https%3A%2F%2Ftown.example%2Ff%3Ftoken%3Dabc%26page%3D2",
            "/login?next=https%3A%2F%2Ftown.example%2Ff%3Ftoken%3D***%26page%3D2",
        ),
        (
            "/login?next=%2Fsso%3Fnext%3Dhttps%253A%252F%252Ftown.example%252Ff%253Ftoken%253Dabc%2526page%253D2",
            "/login?next=%2Fsso%3Fnext%3Dhttps%253A%252F%252Ftown.example%252Ff%253Ftoken%253D***%2526page%253D2",
        ),
        ("https://town.example/f?ticket=ST-1&sess=a&otp=12", "https://town.example/f?ticket=***&sess=***&otp=***"),
        *((url, url) for url in ("https://a.example/?author=Ada", "https://a.example/?monkey=1&keyword=x&designs=2")),
        ("no URL = no mask; token of esteem", "no URL = no mask; token of esteem"),
    ],
)
def test_what_lets_one_in_is_masked_and_nothing_else(text, shown):
    assert masked(text) == shown


def test_masking_a_hostile_text_takes_no_time():
    for piece in ("?", "&a", "%3F", "?token=", "://", "?a=%3F"):
        started = time.process_time()
        masked(piece * 100_000)
        assert time.process_time() - started < 5  # a hundred times what it takes; were it quadratic, hours


def test_a_fetch_is_one_json_line_with_always_the_same_fields(lines):
    logged = lines("json")
    failure = Failure(URL, Stage.FETCH, "timeout", 'It took "too" long.\nVery.')
    found = (Link(URL, "town", "x"),)
    for result, kind, change in (
        (failure, TaskKind.ARTICLE, Change.FAILED),
        (failure, TaskKind.LISTING, Change.FAILED),
        (found, TaskKind.LISTING, Change.UNCHANGED),
        (None, TaskKind.LISTING, Change.UNCHANGED),
        (None, TaskKind.ARTICLE, Change.UNCHANGED),
    ):
        log_outcome(outcome(result, kind=kind, page=result is not failure), Verdict(change, URL, 7))
    rows = [json.loads(line) for line in logged()]
    assert {tuple(row) for row in rows} == {("at", "level", *fields(outcome(None), Verdict(Change.NEW, URL)))}
    assert [row["outcome"] for row in rows] == ["failed", "failed", "listed", "listed", "unchanged"]
    assert rows[0] | {"at": ""} == {
        "at": "",
        "level": "info",
        "event": "fetch",
        "source": "town",
        "kind": "article",
        "url": URL,
        "host": "town.example",
        "outcome": "failed",
        "stage": "fetch",
        "reason": "timeout",
        "status": None,
        "bytes": None,
        "seconds": 1.235,
        "links": None,
        "article": 7,
        "detail": failure.detail,
    }
    assert (rows[2]["links"], rows[2]["status"], rows[2]["bytes"]) == (1, 200, 5)


def test_an_exception_is_one_json_line_with_its_traceback(lines):
    logged = lines("json")
    try:
        fail(f"{URL}?token=abc")
    except ValueError:
        lines.logger.exception("a bug on %s", URL)
    (row,) = map(json.loads, logged())
    assert (row["event"], row["level"], row["message"]) == ("message", "error", f"a bug on {URL}")
    assert row["trace"].endswith(f"ValueError: {URL}?token=***")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_secret_that_is_known_is_masked_wherever_it_stands(lines, form):
    logged = lines(form, "s3cret-value", "no")
    log_outcome(outcome(None, url=f"{URL}?page=s3cret-value"), Verdict(Change.UNCHANGED, URL))
    try:
        fail("Illegal header value b's3cret-value'")
    except ValueError:
        lines.logger.exception("s3cret-value")
    assert "s3cret" not in str(logged())
    assert "no" in str(logged())  # too short to be told from a word


@pytest.mark.parametrize(
    "written", ["a+b/c d==", "a%2Bb%2Fc%20d%3D%3D", "a%2bb/c+d%3d=", "a%252Bb%252Fc%2520d%253D%253D", "a+b%2Fc%20d=="]
)
def test_a_secret_is_masked_however_an_address_escapes_it(lines, written):
    logged = lines("json", "a+b/c d==")
    log_outcome(outcome(None, url=f"{URL}?page={written}&x=1"), Verdict(Change.UNCHANGED, URL))
    assert json.loads(logged()[0])["url"] == f"{URL}?page=***&x=1"


def test_what_a_header_is_filled_with_is_a_secret_by_itself_and_so_is_a_cookie_of_a_file():
    header = fill({"Authorization": "Bearer ${TOKEN}"}, "headers", {"TOKEN": "t0ken-value"})
    jar = tuple(Cookie(name, Secret(value), "town.example") for name, value in (("id", "c00kie"), ("ok", "accepted")))
    config = Config(sources=(Source("town", URL, headers=header, jar=jar),))
    assert secrets_of(config) == {"Bearer t0ken-value", "t0ken-value", "c00kie"}
    assert pickle.loads(pickle.dumps(header[0][1])).parts == ("t0ken-value",)


def test_what_a_site_sends_cannot_forge_a_line_or_move_the_cursor(lines):
    logged = lines("text")
    forged = "x\n2026-01-01T00:00:00.000Z ERROR all is lost\x1b[2J\u2028\x85"
    log_outcome(outcome(Failure(URL, Stage.FETCH, "tls", forged)), Verdict(Change.FAILED, URL))
    try:
        fail(forged)
    except ValueError:
        lines.logger.exception("a bug")
    written = "\n".join(logged())
    assert not any(line.startswith("2026-01-01") for line in written.splitlines())
    assert not set(written) & set("\x1b\u2028\x85")


def test_a_reader_that_does_not_read_holds_up_nobody_and_is_told_what_it_missed():
    reads, writes = os.pipe()
    handler = Handler(writes)
    handler.setFormatter(Formatter("json"))
    logger = logging.getLogger("tests.logs")
    logger.addHandler(handler)
    for number in range(12_000):
        logger.warning("line %d", number)
    text = b""
    while b"were not logged" not in text:
        text += os.read(reads, 1 << 20)
    handler.close()
    messages = [json.loads(line)["message"] for line in text.splitlines()]
    assert messages[:2] == ["line 0", "line 1"]
    assert messages[-1] == f"{12_001 - len(messages)} lines were not logged, because nobody read them in time"
    for descriptor in (reads, writes):
        os.close(descriptor)


def test_logging_goes_on_where_nobody_is_there_to_read():
    reads, writes = os.pipe()
    os.close(reads)
    handler = Handler(writes)
    logger = logging.getLogger("tests.logs")
    logger.addHandler(handler)
    logger.warning("one")
    logger.warning("two")
    handler.close()
    os.close(writes)
