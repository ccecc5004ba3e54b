import base64
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from datasette.app import Datasette
from sample_archive import add, empty
from sqlite_utils import Database

from archive.plugin import gate
from archive.serve import ServeError, app, run

ROOT = Path(__file__).parents[3]
WRITES = [
    "insert into tags(name) values ('x')",
    "delete from articles",
    "with x as (select 1) delete from articles",
    "drop table articles",
    "pragma journal_mode=delete",
    "attach database '/dev/null' as x",
    "vacuum into 'copy.db'",
]


@pytest.mark.parametrize("sql", WRITES)
async def test_no_request_can_write(datasette, path, sql):
    def counted():
        db = sqlite3.connect(path)
        rows = [db.execute(f"select count(*) from {table}").fetchone()[0] for table in ("articles", "tags")]
        db.close()
        return rows

    before = counted()
    response = await datasette.client.get("/archive.json", params={"sql": sql}, follow_redirects=True)
    assert response.status_code in {400, 403}
    for url in ("/archive", "/archive/articles", "/archive/articles/1", "/article/1", "/search"):
        assert (await datasette.client.post(url, data={"sql": sql, "title": "x"})).status_code == 405
    assert counted() == before


async def test_not_even_a_plugin_can_write(datasette):
    db = datasette.get_database("archive")
    with pytest.raises(sqlite3.OperationalError, match="read"):
        await db.execute_write("delete from articles")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await db.execute_fn(lambda connection: connection.execute("delete from articles"))


async def test_what_another_process_writes_is_read_at_once(datasette, path, writer):
    for number in range(20):
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE articles SET title = ? WHERE id = 1", (f"Title {number}",))
        before = await datasette.client.get("/article/1")  # while the transaction is open
        assert before.status_code == 200
        assert f"Title {number}" not in before.text
        writer.execute("COMMIT")
        assert f"Title {number}" in (await datasette.client.get("/article/1")).text


async def test_pages_open_while_the_crawler_writes_without_pause(datasette, path):
    stop = threading.Event()

    def crawl():
        db = Database(path)
        number = 100
        while not stop.is_set():
            number += 1
            with db.conn:
                add(db, url=f"https://herald.example/{number}", title=f"Harbour {number}")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        db.close()

    thread = threading.Thread(target=crawl)
    thread.start()
    try:
        for url in ["/", "/search?q=harbour", "/article/1", "/archive/articles", "/archive/by_source_and_day"] * 6:
            assert (await datasette.client.get(url)).status_code == 200, url
    finally:
        stop.set()
        thread.join()


async def test_without_the_setting_the_plugin_leaves_datasette_alone(path):
    ds = Datasette([], memory=True)
    assert "Cuttings" not in (await ds.client.get("/")).text
    assert (await ds.client.get("/article/1")).status_code == 404
    assert "content-security-policy" not in (await ds.client.get("/")).headers


def basic(password: str, name: str = "reader") -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"}


@pytest.mark.parametrize(
    "url", ["/", "/article/1", "/search.atom", "/archive/articles.json", "/-/versions.json", "/no"]
)
async def test_with_a_password_nothing_is_read_without_it(path, url, monkeypatch):
    ds = app(path, password="correct horse ß")
    monkeypatch.setattr(gate, "REFUSED_AFTER", 0.01)
    for headers in ({}, basic("wrong"), basic(""), {"Authorization": "Basic ?"}, {"Authorization": "Bearer "}):
        response = await ds.client.get(url, headers=headers)
        assert response.status_code == 401
        assert response.headers["www-authenticate"].startswith("Basic")
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
        assert "Harbour" not in response.text
    for headers in (basic("correct horse ß"), {"Authorization": "Bearer correct horse ß".encode()}):
        assert (await ds.client.get(url, headers=headers)).status_code != 401
    ds.get_database("archive").close()


async def test_the_password_is_shown_nowhere(path, monkeypatch):
    monkeypatch.setenv("CUTTINGS_PASSWORD", "correct horse")
    ds = app(path, password={"$env": "CUTTINGS_PASSWORD"})
    for url in ("/-/metadata.json", "/-/config.json", "/-/settings.json", "/-/plugins.json"):
        response = await ds.client.get(url, headers=basic("correct horse"), follow_redirects=True)
        assert response.status_code in {200, 403, 404}
        assert "correct horse" not in response.text
    assert (await ds.client.get("/", headers=basic("correct horse"))).status_code == 200
    ds.get_database("archive").close()


@pytest.mark.parametrize(("said", "sentence"), [("", "0 letters"), ("short\n", "5 letters")])
def test_a_password_that_is_none_is_refused(path, tmp_path, said, sentence):
    (tmp_path / "password").write_text(said)
    command = [sys.executable, "-m", "crawler", "serve", "--db", path, "--password-file", tmp_path / "password"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert sentence in done.stderr


def test_the_password_is_the_first_line_of_a_file(path, tmp_path):
    (tmp_path / "password").write_text("correct horse\nnot this\n")
    command = [sys.executable, "-m", "crawler", "serve", "--db", path, "--port", "0"]
    command += ["--password-file", tmp_path / "password"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        url = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())[0]
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(url, timeout=30)
        asked = urllib.request.Request(url, headers=basic("correct horse"))
        with urllib.request.urlopen(asked, timeout=30) as response:
            assert response.status == 200
        server.terminate()


def test_a_missing_file_is_an_error_that_says_how_to_make_one(tmp_path):
    with pytest.raises(ServeError, match=r"no archive at .*cuttings crawl"):
        app(tmp_path / "no.db")


def test_a_folder_a_text_and_another_programs_file_are_errors(tmp_path):
    (tmp_path / "text.db").write_text("Dear reader, this is no database at all. " * 50)
    other = Database(tmp_path / "other.db")
    other["t"].insert({"a": 1})
    other.close()
    for path in (tmp_path, tmp_path / "text.db", tmp_path / "other.db"):
        with pytest.raises(ServeError):
            app(path)
    assert Database(tmp_path / "other.db").table_names() == ["t"]


def test_a_folder_that_may_not_be_written_to_is_an_error_that_says_what_to_do():
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.db")
        empty(file).close()
        file.chmod(0o444)
        Path(folder).chmod(0o555)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)  # root may write anywhere
        try:
            with pytest.raises(ServeError, match="copy the archive"):
                app(file)
        finally:
            if root:
                os.seteuid(0)
            Path(folder).chmod(0o755)


def test_a_taken_port_is_an_error_that_says_so(path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=f"Port {port} on 127.0.0.1 is taken"):
            run(path, "127.0.0.1", port)


def test_port_0_serves_on_a_free_port_and_says_which_until_interrupted(path):
    code = "import sys; from pathlib import Path; from archive.serve import run; run(Path(sys.argv[1]), port=0)"
    with subprocess.Popen([sys.executable, "-c", code, path], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        url = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())[0]
        with urllib.request.urlopen(f"{url}article/1", timeout=30) as response:
            assert b"Harbour council votes" in response.read()
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=30) == 0
