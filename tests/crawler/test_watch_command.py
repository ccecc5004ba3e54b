"""cuttings watch: written, listed, tried, removed; nothing that lets one in is ever printed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from archive.rows import insert
from archive.store import Archive
from archive.times import iso
from config.load import load
from crawler.cli import main
from crawler.logs import secrets_of
from crawler.watching import Watching
from tests.post_office import PostOffice
from tests.site import Response, Site

OURS = '# Ours\n[sources.town]\nhome = "https://town.example/"\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cuttings.toml").write_text(OURS)
    return tmp_path


def cuttings(*args, status=0, **env):
    done = CliRunner().invoke(main, [*map(str, args)], env=env)
    assert done.exit_code == status, done.output
    return done.output


def archive_with(folder, *titles, text="The harbour council met on Tuesday."):
    now = iso(datetime.now(UTC))
    archive = Archive(folder / "archive.db")
    archive.sync_sources(load(folder / "cuttings.toml", {}), datetime.now(UTC))

    def put(db):
        for title in titles:
            plain = {"blocks": "[]", "word_count": 6, "content_hash": "", "extractor": "1", "text": text}
            times = {"first_seen": now, "last_seen": now}
            insert(db, "articles", source="town", url=f"https://town.example/{title}", title=title, **plain, **times)

    archive._writer.do(put)
    return archive


def test_a_watch_is_added_listed_and_removed_and_the_file_is_as_it_was(folder):
    said = cuttings("watch", "add", "harbour", '"harbour council" OR marina', "--source", "town", "--language", "en")
    assert "Added harbour to cuttings.toml." in said
    assert (folder / "cuttings.toml").read_text().startswith(OURS)
    (row,) = json.loads(cuttings("watch", "list", "--json"))
    assert (row["name"], row["query"], row["sources"]) == ("harbour", '"harbour council" OR marina', ["town"])
    assert "harbour council" in cuttings("watch", "list")
    assert "Removed harbour" in cuttings("watch", "remove", "harbour")
    assert (folder / "cuttings.toml").read_text() == OURS


def test_a_watch_is_written_with_all_that_was_given(folder):
    (folder / "cuttings.toml").write_text(f'{OURS}[mail]\nhost = "mail.example"\nsender = "me@example.org"\n')
    more = ("--author", "Ada", "--tag", "Money", "--email", "a@b.example", "--email", "c@d.example")
    row = json.loads(cuttings("watch", "add", "x", *more, "--command", "mail-me 'to all'", "--json"))
    assert row["email"] == ["a@b.example", "c@d.example"]
    (watch,) = load(folder / "cuttings.toml", {}).watches
    assert (watch.author, watch.tag, watch.command) == ("Ada", "Money", ("mail-me", "to all"))


def test_a_webhook_from_the_environment_stays_there(folder):
    hook = "https://hooks.example/T0-hush"
    said = cuttings("watch", "add", "x", "a", "--webhook", "${HOOK}", HOOK=hook)
    assert 'webhook = "${HOOK}"' in (folder / "cuttings.toml").read_text()
    said += cuttings("watch", "list", HOOK=hook) + cuttings("watch", "list", "--json", HOOK=hook)
    assert "hush" not in said
    assert "***" in said
    assert "needs the environment variable HOOK" in cuttings("watch", "list", status=1)
    assert hook in secrets_of(load(folder / "cuttings.toml", {"HOOK": hook}))


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("Bad Name", "a"), "name 'Bad Name'"),
        (("x", "-a"), "No such option"),
        (("x", "--", "-a"), "no word to look for"),
        (("x",), "query is missing"),
        (("x", "a", "--source", "twon"), "There is no source twon. Did you mean town?"),
        (("x", "a", "--email", "nobody"), "no address for mail"),
        (("x", "a", "--email", "a@b.example"), "--email needs a server that sends mail: add [mail]"),
        (("x", "a", "--webhook", "ftp://hush.example/"), "webhook must be"),
        (("x", "a", "--command", "'open"), "No closing quotation"),
        (("",), "Nothing was given"),
    ],
)
def test_bad_usage_is_said_and_writes_nothing(folder, args, said):
    out = cuttings("watch", "add", *args, status=2)
    assert said in out.replace("\n", " ")
    assert "hush" not in out
    assert (folder / "cuttings.toml").read_text() == OURS


def test_a_second_watch_of_a_name_is_refused_and_one_that_is_not_there_cannot_be_removed(folder):
    cuttings("watch", "add", "x", "a")
    assert "there is a watch x already" in cuttings("watch", "add", "x", "b", status=1)
    assert "no watch y" in cuttings("watch", "remove", "y", status=1)
    assert "no watch of that name" in cuttings("watch", "test", "y", status=2)


def test_without_a_configuration_of_one_s_own_one_is_made_and_said_to_be(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "is the configuration here" in cuttings("watch", "add", "x", "a")
    assert (tmp_path / "cuttings.toml").exists()


async def test_the_list_says_what_was_found_and_what_is_unsent_and_why(folder):
    cuttings("watch", "add", "x", "harbour", "--webhook", "http://127.0.0.1:9/hush")
    archive_with(folder).close()
    with archive_with(folder, "One", "Two") as archive:
        await Watching(archive).finish(load(folder / "cuttings.toml", {}), tell=True)
    (row,) = json.loads(cuttings("watch", "list", "--json"))
    assert (row["matches"], row["latest_title"]) == (2, "Two")
    (unsent,) = row["unsent"]
    assert (unsent["receiver"], unsent["messages"]) == ("webhook", 2)
    assert unsent["problem"] == "The webhook could not be reached (ConnectError)."
    said = cuttings("watch", "list")
    assert "2 by webhook, next try" in said
    assert "hush" not in said + json.dumps(row)


def test_a_test_shows_what_would_have_been_found_with_its_passage_and_sends_nothing(folder):
    with Site({"/hook": Response(b"ok")}) as site:
        cuttings("watch", "add", "x", "harbour", "--webhook", site.url("/hook"))
        archive_with(folder, "One", "Two").close()
        said = cuttings("watch", "test", "x", "--since", "2d")
        assert "One" in said
        assert "The [harbour] council met on Tuesday." in said
        data = json.loads(cuttings("watch", "test", "x", "--json"))
        assert [it["title"] for it in data["matches"]] == ["One", "Two"]
        assert data["matches"][0]["passage_html"] == "The <mark>harbour</mark> council met on Tuesday."
        assert site.requests == []


def test_a_test_is_sent_to_each_receiver_plainly_marked_and_says_for_each_whether_it_worked(folder):
    with Site({"/hook": Response(b"", status=404)}) as site, PostOffice() as post:
        mail = f'[mail]\nhost = "{post.host}"\nport = {post.port}\nsecurity = "none"\nsender = "me@example.org"\n'
        (folder / "cuttings.toml").write_text(OURS + mail)
        cuttings("watch", "add", "x", "harbour", "--webhook", site.url("/hook"), "--email", "desk@example.org")
        archive_with(folder, "One").close()
        said = cuttings("watch", "test", "x", "--send", status=1)
        assert "webhook: not sent. The webhook answered 404. Check its address" in said
        assert "desk@example.org: sent." in said
        assert "/hook" not in said
        assert json.loads(site.requests[0].body)["event"] == "test"
        assert post.letters[0].message["Subject"] == "[Test] x: One"
        site.routes["/hook"] = Response(b"ok")
        sent = json.loads(cuttings("watch", "test", "x", "--send", "--json"))["sent"]
        assert [it["sent"] for it in sent] == [True, True]
        keys = [request.headers["idempotency-key"] for request in site.requests]
        assert len(set(keys)) == 2


def test_a_test_can_be_sent_before_there_is_an_archive(folder):
    with Site({"/hook": Response(b"ok")}) as site:
        cuttings("watch", "add", "x", "harbour", "--webhook", site.url("/hook"))
        assert "webhook: sent." in cuttings("watch", "test", "x", "--send")
        assert json.loads(site.requests[0].body)["title"] == "A test of the watch x"
        assert "There is no archive" in cuttings("watch", "test", "x", status=1)


def test_a_watch_without_receivers_says_so(folder):
    cuttings("watch", "add", "x", "harbour")
    assert "stand in its feed" in cuttings("watch", "test", "x", "--send")


@pytest.mark.parametrize("command", ["", "add", "list", "remove", "test"])
def test_help_has_an_example(command):
    assert "Example" in cuttings("watch", *filter(None, [command]), "--help")
