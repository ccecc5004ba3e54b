import datetime as dt
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.edit import EditError, add_source, name_for, remove_source, target
from config.load import STARTER, load
from config.models import Politeness, Rules, Schedule, Secret, Source

WRITTEN = """\
# Ours
contact = "desk@example.org"  # the desk

# The first
[sources.one]
home = "https://one.example/"   # with a remark
feeds = [
    "https://one.example/feed",  # the main one
]
# sections = []

# The second
[sources.two]
home = "https://two.example/"
# About limits
[limits]
hosts = 3

[[sources.one.rules]]
body = "[data-x]"
"""

FULL = Source(
    name="full",
    home="https://full.example/",
    title='A "Daily" \\ Zeitung\t№ 1',
    language="de",
    country="AT",
    feeds=("https://full.example/a", "https://full.example/b"),
    sitemaps=("https://full.example/sitemap.xml",),
    sections=("https://full.example/news",),
    include=(r"/\d{4}/",),
    exclude=("/video/", "'\""),
    schedule=Schedule(every=timedelta(minutes=90), cron="0 6 * * mon", revisit_days=0),
    politeness=Politeness(delay=12.5, jitter=0.0, obey_robots=False),
    rules=(Rules(body="main > p"), Rules(since=dt.date(2026, 1, 1), title="h1")),
    headers=(("Accept-Language", "de"),),
    enabled=False,
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text(WRITTEN)
    return path


@pytest.mark.parametrize("where", ["new.toml", "new-folder", "deep/er/new.toml"])
def test_a_source_is_read_back_as_it_was_added(tmp_path, where):
    path = tmp_path / where
    written = add_source(path, FULL)
    assert written.exists()
    assert load(path, {}).sources == (FULL,)


def test_adding_to_a_file_leaves_all_of_it_as_it_was(file):
    assert add_source(file, FULL) == file
    assert file.read_text().startswith(WRITTEN)
    assert [source.name for source in load(file, {}).sources] == ["one", "two", "full"]


def test_adding_and_removing_gives_the_same_file_back(file):
    add_source(file, FULL)
    remove_source(file, "full")
    assert file.read_text() == WRITTEN


def test_removing_takes_a_sources_tables_wherever_they_stand_and_nothing_else(file):
    remove_source(file, "one")
    assert file.read_text() == (
        '# Ours\ncontact = "desk@example.org"  # the desk\n\n# The first\n\n# The second\n'
        '[sources.two]\nhome = "https://two.example/"\n# About limits\n[limits]\nhosts = 3\n'
    )
    remove_source(file, "two")
    assert "# About limits\n[limits]" in file.read_text()
    assert load(file, {}).sources == ()


def test_windows_line_ends_stay(file):
    file.write_bytes(WRITTEN.replace("\n", "\r\n").encode())
    add_source(file, FULL)
    remove_source(file, "two")
    content = file.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert [source.name for source in load(file, {}).sources] == ["one", "full"]


def test_a_file_without_a_final_line_end_is_added_to(file):
    file.write_text("[sources.one]\nhome = 'https://one.example/'")
    add_source(file, FULL)
    assert len(load(file, {}).sources) == 2


def test_a_folder_gets_and_loses_a_file_a_source(tmp_path):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "other.toml").write_text('name = "one"\nhome = "https://one.example/"\n')
    (tmp_path / "cuttings.toml").write_text("# ours\n[sources.two]\nhome = 'https://two.example/'\n")
    assert add_source(tmp_path, FULL) == tmp_path / "sources" / "full.toml"
    assert remove_source(tmp_path, "full") == tmp_path / "sources" / "full.toml"
    assert remove_source(tmp_path, "one") == tmp_path / "sources" / "other.toml"
    assert remove_source(tmp_path, "two") == tmp_path / "cuttings.toml"
    assert [path.name for path in sorted(tmp_path.rglob("*.toml"))] == ["cuttings.toml"]
    assert (tmp_path / "cuttings.toml").read_text() == "# ours\n"


@pytest.mark.parametrize("name", ["one", "other", "two"])
def test_nothing_is_overwritten(tmp_path, name):
    (tmp_path / "sources").mkdir()
    other = tmp_path / "sources" / "other.toml"
    other.write_text('name = "one"\nhome = "https://one.example/"\n')
    (tmp_path / "cuttings.toml").write_text("[sources.two]\nhome = 'https://two.example/'\n")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.toml")}
    with pytest.raises(EditError, match=r"already"):
        add_source(tmp_path, Source(name, "https://new.example/"))
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.toml")} == before


@pytest.mark.parametrize(
    "text",
    [
        "sources = { one = { home = 'https://one.example/' } }\n",
        "sources.one.home = 'https://one.example/'\n",
        "[sources]\none = { home = 'https://one.example/' }\n",
        "[sources]\none.home = 'https://one.example/'\none.title = '''\n[sources.one]\n'''\n",
    ],
)
def test_what_cannot_be_edited_safely_is_left_alone_and_said(file, text):
    file.write_text(text)
    with pytest.raises(EditError, match="by hand"):
        remove_source(file, "one")
    assert file.read_text() == text
    try:
        add_source(file, FULL)
    except EditError as error:
        assert "by hand" in str(error)  # noqa: PT017  # either is right, by the way it is written
        assert file.read_text() == text
    else:
        assert [source.name for source in load(file, {}).sources] == ["one", "full"]


def test_a_source_that_is_not_there_is_said_with_the_nearest_that_is(file):
    with pytest.raises(EditError, match="Did you mean two"):
        remove_source(file, "tow")
    with pytest.raises(EditError, match="no such configuration"):
        remove_source(file.with_name("nowhere.toml"), "two")


def test_a_secret_is_not_written(file):
    secret = Source("x", "https://x.example/", cookies=(("sid", Secret("hush")),))
    with pytest.raises(EditError, match="sid") as caught:
        add_source(file, secret)
    assert "hush" not in str(caught.value)
    assert file.read_text() == WRITTEN


def test_a_link_stays_a_link_and_a_file_keeps_its_mode(file, tmp_path):
    link = tmp_path / "link.toml"
    link.symlink_to(file)
    file.chmod(0o640)
    add_source(link, FULL)
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert len(load(file, {}).sources) == 3


def test_a_write_that_fails_leaves_the_file_and_no_other(file, monkeypatch):
    def full(_self, _target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(EditError, match="No space left"):
        add_source(file, FULL)
    assert file.read_text() == WRITTEN
    assert list(file.parent.iterdir()) == [file]


def test_an_installed_starter_pack_is_not_edited(tmp_path):
    shutil.copytree(STARTER, tmp_path / "config", ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "from config import edit; from config.load import STARTER; from config.models import Source\n"
        "for act in (lambda p: edit.add_source(p, Source('x', 'https://x.example/')),"
        " lambda p: edit.remove_source(p, 'thehill')):\n"
        "    for path in (STARTER, STARTER / 'sources'):\n"
        "        try: act(path)\n"
        "        except edit.EditError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.count("this is the starter pack") == 4
    assert (tmp_path / "config" / "sources" / "thehill.toml").exists()


def test_without_a_configuration_of_ones_own_a_new_file_is_the_target(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert target(None, {}) == Path("cuttings.toml")
    add_source(target(None, {}), load(STARTER, {}).sources[0])
    assert Path("cuttings.toml").read_text().startswith("#")
    assert load(None, {}).sources == load(STARTER, {}).sources[:1]
    assert target(Path("x.toml"), {}) == Path("x.toml")
    assert target(None, {"CUTTINGS_CONFIG": "y"}) == Path("y")


@pytest.mark.parametrize("source", load(STARTER, {}).sources, ids=lambda source: source.name)
def test_every_publisher_of_the_pack_can_be_copied(tmp_path, source):
    add_source(tmp_path / "mine.toml", source)
    assert load(tmp_path / "mine.toml", {}).sources == (source,)


@given(
    title=st.text(st.characters(exclude_categories=["Cs"])), pattern=st.text(st.characters(exclude_categories=["Cs"]))
)
@settings(max_examples=60, deadline=None)
def test_any_text_survives_being_written(tmp_path_factory, title, pattern):
    import re

    source = Source("x", "https://x.example/", title=title, exclude=(re.escape(pattern), "/b"))
    path = tmp_path_factory.mktemp("any") / "x.toml"
    add_source(path, source)
    assert load(path, {}).sources == (source,)


@pytest.mark.parametrize(
    ("home", "taken", "name"),
    [
        ("https://www.example.co.uk/news", (), "example"),
        ("https://news.example.com", (), "example"),
        ("https://www.example.org/", {"example"}, "example-org"),
        ("https://news.example.org/", {"example", "example-org"}, "news-example-org"),
        ("https://www.example.org/", {"example", "example-org"}, "example-2"),
        ("https://my-paper.example.com.br/", (), "example"),
        ("http://127.0.0.1:8000/", (), "127-0-0-1"),
        ("http://[2001:db8::1]/", (), "2001-db8-1"),
        ("http://localhost:8000/", (), "localhost"),
        ("https://1e100.net/", (), "1e100"),
        ("https://bücher.example/", (), "xn-bcher-kva"),
        (f"https://{'a' * 63}.{'b' * 63}.example/", (), "b" * 63),
    ],
)
def test_a_name_is_made_from_the_site(home, taken, name):
    assert name_for(home, taken) == name
    Source(name, home)
