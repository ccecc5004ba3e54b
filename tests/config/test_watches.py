"""Watches and mail in the configuration: read, refused with a sentence, written and taken out again."""

from __future__ import annotations

import pytest

from config.edit import EditError, add_watch, remove_watch
from config.load import ConfigError, load
from config.models import Config, Secret
from config.render import watch_table
from config.watches import Mail, Watch

WRITTEN = """\
# Ours
contact = "desk@example.org"  # the desk

[mail]
host = "mail.example.org"
sender = "cuttings@example.org"

# About the harbour
[watches.harbour]
query = '"harbour council" OR marina -sport'  # with a remark
sources = [
    "town",  # the main one
]

# The second
[sources.town]
home = "https://town.example/"
"""
FULL = Watch(
    "full",
    'budget* "in the red"',
    sources=("town", "village"),
    author="Émile Quill",
    tag="Money",
    language="en",
    webhook="https://hooks.example/T0",
    email=("desk@example.org",),
    command=("mail-me", "--urgent"),
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text(WRITTEN)
    return path


def refused(path, text, environ=None):
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(path, environ or {})
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_a_watch_is_a_table_of_a_file_or_a_file_of_a_folder(file, tmp_path):
    wanted = Watch("harbour", '"harbour council" OR marina -sport', ("town",))
    assert load(file, {}).watches == (wanted,)
    (tmp_path / "watches").mkdir()
    (tmp_path / "watches" / "harbour.toml").write_text('query = "harbour"\n')
    (tmp_path / "cuttings.toml").write_text("")
    for path in (tmp_path, tmp_path / "cuttings.toml"):
        assert load(path, {}).watches == (Watch("harbour", "harbour"),)


def test_two_watches_of_one_name_are_refused(tmp_path):
    (tmp_path / "watches").mkdir()
    (tmp_path / "watches" / "x.toml").write_text('query = "a"\n')
    (tmp_path / "cuttings.toml").write_text('[watches.x]\nquery = "b"\n')
    with pytest.raises(ConfigError, match=r"there is a watch x already, in .*cuttings\.toml"):
        load(tmp_path, {})


def test_an_unknown_key_is_named_with_its_file_and_the_nearest_right_one(file):
    said = refused(file, '[watches.x]\nquery = "a"\nauthors = "b"\n')
    assert "watches.x.authors is not a setting. Did you mean watches.x.author?" in said


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "query is missing"),
        ('query = "-sport"', "no word to look for"),
        ('query = "OR"', "no word to look for"),
        ('query = "…"', "no word to look for"),
        ('query = "-sport"\nsources = ["town"]', "no word to look for"),
        (f'query = "{"a" * 2001}"', "2000 characters"),
        ('query = "a"\nwebhook = "ftp://x.example/"', "webhook must be"),
        ('query = "a"\nwebhook = 3', "webhook must be a text"),
        ('query = "a"\ncommand = [""]', "name of a program"),
        ('query = "a"\ncommand = "mail-me"', "must be a list"),
        ('query = "a"\nemail = ["desk"]', "no address for mail"),
        ('query = "a"\nemail = ["a@b.example\\nBcc: c@d.example"]', "no address for mail"),
        ('query = "a"\nemail = ["a@b.example,c@d.example"]', "no address for mail"),
        ('query = "a"\nemail = ["a@b.example"]', "email needs a server that sends mail: add [mail] with host"),
        ('query = "a"\nname = "y"', "watches.x.name must be left out"),
    ],
)
def test_what_makes_no_sense_is_refused(file, table, said):
    assert said in refused(file, f"[watches.x]\n{table}\n")


def test_a_filter_alone_is_enough(file):
    file.write_text('[watches.x]\nauthor = "Ada"\n[watches.y]\nquery = "a"\n')
    assert [watch.name for watch in load(file, {}).watches] == ["x", "y"]


def test_a_webhook_is_filled_from_the_environment_and_never_shown(file):
    text = '[watches.x]\nquery = "a"\nwebhook = "https://hooks.example/${HOOK}"\n'
    file.write_text(text)
    config = load(file, {"HOOK": "hush"})
    assert config.watches[0].webhook == "https://hooks.example/hush"
    assert isinstance(config.watches[0].webhook, Secret)
    assert "hush" not in repr(config)
    assert "needs the environment variable HOOK" in refused(file, text)
    assert "hush" not in refused(file, text.replace("https:", "gopher:"), {"HOOK": "hush"})


def test_the_password_for_mail_comes_from_the_environment_alone(file):
    mail = '[mail]\nhost = "mail.example.org"\nuser = "me@example.org"\n'
    assert "password is written out in the file" in refused(file, f'{mail}password = "hush"\n')
    file.write_text(f'{mail}password = "${{PASS}}"\n')
    named = load(file, {"PASS": "hush"})
    file.write_text(mail)
    for config in (named, load(file, {"CUTTINGS_MAIL__PASSWORD": "hush", "CUTTINGS_MAIL__PORT": "2525"})):
        assert config.mail.password == "hush"
        assert config.mail.address == "me@example.org"
        assert "hush" not in repr(config)
    assert config.mail.port == 2525


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"security": "ssl"}, "security must be"),
        ({"port": 70000}, "port must be"),
        ({"host": "https://mail.example"}, "host must be"),
        ({"sender": "me"}, "sender has"),
        ({"host": "mail.example", "user": "me", "security": "none"}, "password could be read"),
    ],
)
def test_settings_of_mail_that_make_no_sense_are_refused(fields, said):
    with pytest.raises(ValueError, match=said):
        Mail(**fields)


def test_mail_without_an_address_to_come_from_is_refused(file):
    said = refused(
        file, '[mail]\nhost = "mail.example"\nuser = "me"\n[watches.x]\nquery = "a"\nemail = ["a@b.example"]'
    )
    assert "email needs an address to come from: add sender" in said


@pytest.mark.parametrize("where", ["new.toml", "new-folder"])
def test_a_watch_is_read_back_as_it_was_added(tmp_path, where):
    path = tmp_path / where
    add_watch(path, "full", watch_table(FULL))
    environ = {"CUTTINGS_MAIL__HOST": "mail.example", "CUTTINGS_MAIL__SENDER": "me@example.org"}
    assert load(path, environ).watches == (FULL,)
    assert Config().watch("full") is None


def test_adding_and_removing_leaves_the_rest_of_the_file_as_it_was_to_the_byte(file):
    add_watch(file, "full", watch_table(FULL))
    assert file.read_text().startswith(WRITTEN)
    assert [watch.name for watch in load(file, {}).watches] == ["harbour", "full"]
    remove_watch(file, "full")
    assert file.read_text() == WRITTEN
    remove_watch(file, "harbour")
    a, b = WRITTEN.index("[watches.harbour]"), WRITTEN.index("# The second")
    assert file.read_text() == WRITTEN[:a] + "\n" + WRITTEN[b:]
    assert load(file, {}).sources


def test_windows_line_ends_stay(file):
    file.write_bytes(WRITTEN.replace("\n", "\r\n").encode())
    add_watch(file, "full", watch_table(FULL))
    remove_watch(file, "harbour")
    content = file.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")


def test_a_folder_gets_and_loses_a_file_a_watch(tmp_path):
    (tmp_path / "cuttings.toml").write_text("# ours\n")
    assert add_watch(tmp_path, "x", {"query": "a"}) == tmp_path / "watches" / "x.toml"
    with pytest.raises(EditError, match="there is a watch x already"):
        add_watch(tmp_path, "x", {"query": "b"})
    assert remove_watch(tmp_path, "x") == tmp_path / "watches" / "x.toml"
    assert (tmp_path / "cuttings.toml").read_text() == "# ours\n"


def test_a_watch_that_is_not_there_is_said_with_the_nearest_that_is(file):
    with pytest.raises(EditError, match=r"no watch harbor\. Did you mean harbour"):
        remove_watch(file, "harbor")
    assert file.read_text() == WRITTEN
