"""The comparison: the extractors' processes, and the table they end in."""

from __future__ import annotations

import gzip
import json
import socket

import pytest

from tests.bench import extraction, peers, workers
from tests.bench.sets import Answer, Page, decode, labelled

BODY = "The bridge over the river opened again on Monday, after two years of work, and ferries stopped the same night. "
HTML = f"<html><head><title>Bridge opens</title></head><body><article><h1>Bridge opens</h1><p>{BODY * 4}</p>"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "data").mkdir()
    rows = [
        {"id": str(n), "url": None, "html": HTML, "text": (BODY * 4).strip(), "title": "Bridge opens"} for n in (1, 2)
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "data" / "wcxb.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    return tmp_path


def test_a_folder_of_labelled_pages_is_compared_in_one_table(folder, capsys):
    assert extraction.main(["--data", str(folder), "--json", str(folder / "out.json")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "|  | Cuttings |"
    assert "| wcxb, 2 pages: F1 | 1.000 |" in lines
    assert "| failures | 0 |" in lines
    assert json.loads((folder / "out.json").read_text())["wcxb"]["cuttings"]["title"] == 1


def test_the_table_has_a_column_an_extractor_and_says_how_many_times_slower_it_is():
    row = {"f1": 0.9, "refused": 0, "title": 0.5, "failures": 0, "ms": 2.0, "pages": 7}
    peer = {"f1": 0.8, "refused": 0, "failures": 1, "ms": 11.0, "pages": 7}
    assert extraction.table({"wcxb": {"cuttings": row, "newspaper4k": peer}}).splitlines() == [
        "|  | Cuttings | newspaper4k 0.9.6 |",
        "| --- | ---: | ---: |",
        "| wcxb, 7 pages: F1 | .900 | .800 |",
        "| wcxb: title | .500 | – |",
        "| wcxb: date | – | – |",
        "| wcxb: authors | – | – |",
        "| failures | 0 | 1 |",
        "| wcxb: ms a page | 2.0 | 11.0 (5.5×) |",
    ]


@pytest.mark.parametrize(
    "arguments",
    [["--peers", "nobody"], ["--checkout", "nowhere=/x"], ["--checkout", "fundus=/not/there"], ["--sets", "nothing"]],
)
def test_what_does_not_exist_is_bad_usage(arguments, folder):
    with pytest.raises(SystemExit, match="2"):
        extraction.main([*arguments, *([] if "--checkout" in arguments else ["--data", str(folder)])])


def test_a_checkout_stands_in_for_the_set_of_the_same_name(folder, tmp_path):
    found = extraction.sources(folder, [f"wcxb={tmp_path}", f"fundus={tmp_path}"])
    assert list(found) == ["fundus", "wcxb", "other"]
    assert list(found["wcxb"]()) == []


def test_what_a_page_raises_is_a_failure_and_the_next_one_is_answered():
    def timed(html, url):
        return html.index("p")

    assert "ValueError" in peers.ask(timed, lambda *_: {}, "", None)["failure"]
    assert peers.ask(timed, lambda found, *_: {"text": str(found)}, "<p>", None)["text"] == "1"


def test_an_extractor_that_dies_on_a_page_fails_it_and_is_started_anew(monkeypatch):
    with workers.Worker("cuttings") as worker:
        worker.process.kill()
        worker.process.wait()
        assert worker.ask(Page("1", None, HTML)).failure == "the process ended"
        assert worker.ask(Page("1", None, HTML)).text == (BODY * 4).strip()


def test_no_extractor_under_comparison_reaches_the_network():
    with pytest.raises(ConnectionRefusedError):
        peers.refuse_connections("socket.connect", (socket.socket, ("203.0.113.1", 80)))
    with pytest.raises(ConnectionRefusedError):
        peers.refuse_connections("socket.getaddrinfo", ("page.invalid", 80))
    peers.refuse_connections("open", ("file",))


def test_peers_that_are_installed_are_not_installed_again(tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(workers.venv, "create", lambda folder, with_pip: (folder / "bin").mkdir(parents=True))
    monkeypatch.setattr(workers.subprocess, "run", lambda command, check: ran.append(command[-1]))
    python = workers.install(["trafilatura"], tmp_path / "peers")
    assert ran == [workers.PIP, "trafilatura==2.3.1"]
    workers.install(["trafilatura"], tmp_path / "peers")
    assert len(ran) == 2
    python.touch()
    workers.install(["trafilatura", "resiliparse"], tmp_path / "peers")
    assert ran[2:] == [workers.PIP, "trafilatura==2.3.1"]


def test_every_peer_has_a_version_and_a_way_to_be_called():
    assert set(peers.EXTRACTORS) == {"cuttings", *peers.REQUIREMENTS}
    assert all("==" in requirement for row in peers.REQUIREMENTS.values() for requirement in row)


def test_an_answer_takes_nothing_for_empty():
    row = {"text": "a", "title": None, "date": None, "authors": ["A"], "tags": None}
    assert Answer.read(row) == Answer("a", authors=("A",))


@pytest.mark.parametrize(
    "body", ["Straße".encode(), "\ufeffStraße".encode(), "\ufeffStraße".encode("utf-16-le"), b"Stra\xdfe"]
)
def test_stored_pages_are_decoded_by_their_mark_or_as_utf_8_or_as_windows_1252(body):
    assert decode(body) == "Straße"


def test_every_nth_page_is_read(folder):
    assert [page.id for page in labelled(folder, "wcxb", 2)] == ["1"]
