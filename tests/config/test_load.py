import datetime as dt
import os
import re
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from config.load import STARTER, ConfigError, find, load
from config.models import Config, Secret

HOME = 'home = "https://example.org/"\n'


@pytest.fixture
def file(tmp_path):
    return tmp_path / "settings.toml"


def refused(path, environ=None):
    with pytest.raises(ConfigError) as caught:
        load(path, environ or {})
    return str(caught.value)


# --- layers ---


def test_the_file_goes_over_the_defaults_and_the_environment_over_the_file(file):
    file.write_text('contact = "desk@example.org"\n[limits]\nhosts = 4\nredirects = 2\n')
    config = load(file, {"CUTTINGS_LIMITS__HOSTS": "8"})
    assert (config.contact, config.limits.hosts, config.limits.redirects) == ("desk@example.org", 8, 2)
    assert config.limits.deadline == Config().limits.deadline
    assert config.origin == str(file)


def test_environment_variables_are_read_as_what_the_setting_is(file):
    file.write_text("")
    config = load(
        file,
        {
            "CUTTINGS_CONTACT": "12",
            "CUTTINGS_ALLOW_PRIVATE": "True",
            "CUTTINGS_POLITENESS__DELAY": "10",
            "CUTTINGS_POLITENESS__OBEY_ROBOTS": "no",
            "CUTTINGS_LIMITS__PAGE_BYTES": "1000",
            "CUTTINGS_SCHEDULE__EVERY": "2h",
        },
    )
    assert config.contact == "12"
    assert config.allow_private is True
    assert config.politeness.delay == 10.0
    assert config.politeness.obey_robots is False
    assert config.limits.page_bytes == 1000
    assert config.schedule.every == timedelta(hours=2)


def test_an_empty_variable_counts_as_not_set_and_the_command_lines_own_are_left_to_it(file):
    file.write_text('contact = "a"\n')
    environ = {
        "CUTTINGS_CONTACT": "",
        "CUTTINGS_LIMITS__HOSTS": "",
        "CUTTINGS_DB": "x.db",
        "CUTTINGS_CONFIG": "nowhere",
        "CUTTINGS_PURE": "1",
    }
    assert load(file, environ).contact == "a"


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("CUTTINGS_LIMITS__HOST", "3", "CUTTINGS_LIMITS__HOSTS"),
        ("CUTTINGS_DELAY", "3", "CUTTINGS_POLITENESS__DELAY"),
        ("CUTTINGS_POLITENESS_DELAY", "3", "CUTTINGS_POLITENESS__DELAY"),
        ("CUTTINGS_CONTCT", "x", "CUTTINGS_CONTACT"),
        ("CUTTINGS_ZZZZZZ", "x", "CUTTINGS_CONTACT"),
        ("CUTTINGS_LIMITS__HOSTS", "many", "whole number"),
        ("CUTTINGS_LIMITS__HOSTS", "8.5", "whole number"),
        ("CUTTINGS_LIMITS__HOSTS", "0", "more than zero"),
        ("CUTTINGS_ALLOW_PRIVATE", "maybe", "true or false"),
        ("CUTTINGS_POLITENESS__DELAY", "nan", "number"),
        ("CUTTINGS_SCHEDULE__EVERY", "30", "duration"),
        ("CUTTINGS_LIMITS", "3", "not a setting"),
        ("CUTTINGS_SOURCES", "3", "not a setting"),
        ("CUTTINGS_ORIGIN", "3", "not a setting"),
    ],
)
def test_a_variable_that_is_wrong_is_named_with_what_would_be_right(file, variable, value, said):
    file.write_text("")
    message = refused(file, {variable: value})
    assert variable in message
    assert said in message


def test_a_source_inherits_schedule_and_politeness_and_overrides_them_key_by_key(file):
    file.write_text(
        f'[schedule]\nrevisit_days = 3\nevery = "2d"\n[politeness]\njitter = 0.5\n[sources.a]\n{HOME}'
        f'[sources.b]\n{HOME}[sources.b.schedule]\nevery = "90s"\n[sources.b.politeness]\ndelay = 30\n'
    )
    config = load(file, {"CUTTINGS_POLITENESS__DELAY": "7"})
    a, b = config.sources
    assert (a.schedule, a.politeness) == (config.schedule, config.politeness)
    assert (b.schedule.every, b.schedule.revisit_days) == (timedelta(seconds=90), 3)
    assert (a.politeness.delay, b.politeness.delay, b.politeness.jitter) == (7.0, 30.0, 0.5)


def test_an_interval_of_its_own_is_not_lost_to_an_inherited_cron(file):
    file.write_text(f'[schedule]\ncron = "0 6 * * *"\n[sources.a]\n{HOME}[sources.a.schedule]\nevery = "1h"\n')
    assert load(file, {}).sources[0].schedule.cron == ""
    assert load(file, {"CUTTINGS_SCHEDULE__EVERY": "1h"}).schedule.cron == ""


def test_a_fixed_pause_is_lifted_by_an_empty_one(file):
    file.write_text(f'[schedule]\nevery = "2d"\n[sources.a]\n{HOME}[sources.a.schedule]\nevery = ""\n')
    assert load(file, {}).sources[0].schedule.every == timedelta()
    assert load(file, {"CUTTINGS_SCHEDULE__EVERY": "0s"}).schedule.every == timedelta()


def test_durations_and_cron_expressions_are_read(file):
    for text, span in {"90s": 90, "30m": 1800, "1h": 3600, "2d": 172_800, "1w": 604_800, "1h30m": 5400}.items():
        file.write_text(f'[schedule]\nevery = "{text}"\n')
        assert load(file, {}).schedule.every == timedelta(seconds=span)
    file.write_text('[schedule]\ncron = "*/10 6-22 * * mon-fri"\n')
    assert load(file, {}).schedule.cron == "*/10 6-22 * * mon-fri"


# --- where ---


def test_a_folder_holds_settings_and_a_file_a_source(tmp_path):
    sources = tmp_path / "sources"
    sources.mkdir()
    (tmp_path / "cuttings.toml").write_text(f'contact = "x"\n[sources.inline]\n{HOME}')
    (sources / "beta.toml").write_text(HOME)
    (sources / "alpha.toml").write_text(HOME + 'name = "renamed"\n')
    (sources / ".beta.toml.123").write_text("half writ")
    (sources / ".swap.toml").write_text("half writ")
    config = load(tmp_path, {})
    assert [source.name for source in config.sources] == ["inline", "renamed", "beta"]
    assert config.contact == "x"
    assert load(tmp_path / "cuttings.toml", {}) == config


def test_the_usual_places_are_looked_at_in_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find(None, {}) == STARTER
    Path("config").mkdir()
    assert find(None, {}) == STARTER
    Path("config/sources").mkdir()
    assert find(None, {}) == Path("config")
    Path("cuttings.toml").write_text("")
    assert find(None, {}) == Path("cuttings.toml")
    Path("elsewhere.toml").write_text('contact = "else"')
    assert load(None, {"CUTTINGS_CONFIG": str(tmp_path / "elsewhere.toml")}).contact == "else"
    assert find(Path("config"), {"CUTTINGS_CONFIG": "elsewhere.toml"}) == Path("config")


def test_what_is_missing_empty_or_unreadable_is_said_plainly(tmp_path, monkeypatch):
    assert "no such file" in refused(tmp_path / "nowhere.toml")
    assert "no such file" in refused(None, {"CUTTINGS_CONFIG": str(tmp_path / "nowhere")})
    assert "neither cuttings.toml nor sources/" in refused(tmp_path)
    (tmp_path / "cuttings.toml").mkdir()
    message = refused(tmp_path)
    assert "cannot be read" in message
    assert "cuttings.toml" in message


def test_settings_whose_link_leads_nowhere_are_not_passed_over_for_the_defaults(tmp_path, monkeypatch):
    (tmp_path / "sources").mkdir()
    (tmp_path / "cuttings.toml").symlink_to(tmp_path / "swapped-in-a-moment.toml")
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path, tmp_path / "cuttings.toml", None):
        assert "cuttings.toml" in refused(path, {})
    (tmp_path / "cuttings.toml").rename(tmp_path / "sources" / "town.toml")
    assert "town.toml: cannot be read" in refused(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said_plainly(file):
    file.write_text("")
    file.chmod(stat.S_IWUSR)
    assert "ermission" in refused(file)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'contact = "x"\nhosts = \n', "line 2"),
        (b"a = 1\n[b", "line 2"),
        (b"a = [1,\n2,", "line 2"),
        (b'contact = "\xe4"\n', "line 1"),
        (b"a = 1\na = 2\n", "line 2"),
    ],
)
def test_what_is_not_toml_is_said_with_file_and_line(file, content, line):
    file.write_bytes(content)
    message = refused(file)
    assert str(file) in message
    assert line in message


def test_a_file_saved_by_a_windows_editor_is_read(file):
    file.write_bytes(b'\xef\xbb\xbfcontact = "x"\r\n[limits]\r\nhosts = 2\r\n')
    assert load(file, {}).limits.hosts == 2


# --- what is wrong ---


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("contct = 1", "contct", "contact"),
        ("delay = 1", "delay", "politeness.delay"),
        ("origin = 'x'", "origin", "not a setting"),
        ("[politeness]\ndely = 1", "politeness.dely", "politeness.delay"),
        ("[politeness]\nobey-robots = true", "politeness.obey-robots", "politeness.obey_robots"),
        ("[politness]\ndelay = 1", "politness", "politeness"),
        ("politeness = 5", "politeness", "table"),
        ('[politeness]\ndelay = "5"', "politeness.delay", "number"),
        ("[politeness]\ndelay = true", "politeness.delay", "number"),
        ("[politeness]\ndelay = nan", "politeness.delay", "number"),
        ("[politeness]\ndelay = inf", "politeness.delay", "number"),
        ("[politeness]\ndelay = -1", "politeness.delay", "from 0"),
        ("[politeness]\njitter = 20", "politeness.jitter", "from 0 to 1"),
        ("[politeness]\nobey_robots = 1", "politeness.obey_robots", "true or false"),
        ("[limits]\nhosts = 8.0", "limits.hosts", "whole number"),
        ("[limits]\nhosts = true", "limits.hosts", "whole number"),
        ("[schedule]\nevery = 30", "schedule.every", '"30m"'),
        ('[schedule]\nevery = "30 minutes"', "schedule.every", '"30m"'),
        ('[schedule]\nfastest = "0s"', "schedule.fastest", "one second"),
        ('[schedule]\nslowest = ""', "schedule.slowest", "one second"),
        ('[schedule]\nfastest = "2h"\nslowest = "1h"', "schedule.fastest", "slowest"),
        ('[schedule]\nevery = "999999w"', "schedule.every", "days"),
        ("[schedule]\nrevisit_days = 99999999999", "schedule.revisit_days", "36500"),
        ('[schedule]\ncron = "61 * * * *"', "schedule.cron", "61"),
        ('[schedule]\ncron = "* * * *"', "schedule.cron", "five fields"),
        ('[schedule]\ncron = "@daily"', "schedule.cron", "five fields"),
        ('[schedule]\ncron = "*/0 * * * *"', "schedule.cron", "Increment"),
        ('[schedule]\ncron = "0 0 31 2 *"', "schedule.cron", "never"),
        ('[schedule]\ncron = "0 0 * * 0"', "schedule.cron", "mon-fri"),
        ('[schedule]\ncron = "0 0 * * 1-5"', "schedule.cron", "mon-fri"),
        ("contact = ['x']", "contact", "text"),
        ('contact = "a\\r\\nX: y"', "contact", "ASCII"),
        ("sources = 1", "sources", "[sources.example]"),
        ("sources.x = 1", "sources.x", "table"),
        ("[sources.x]", "sources.x.home", "missing"),
        ("[sources.x]\nhome = 3", "sources.x.home", "missing"),
        (f"[sources.X]\n{HOME}", "sources.X.name", "a-z"),
        ('[sources.x]\nhome = "ftp://example.org"', "sources.x.home", "http"),
        ('[sources.x]\nhome = "http://[::1"', "sources.x.home", "http"),
        ('[sources.x]\nhome = "http://exa mple.org/"', "sources.x.home", "http"),
        (f'[sources.x]\n{HOME}feed = ["https://example.org/f"]', "sources.x.feed", "sources.x.feeds"),
        (f'[sources.x]\n{HOME}every = "1h"', "sources.x.every", "sources.x.schedule.every"),
        (f'[sources.x]\n{HOME}feeds = "https://example.org/f"', "sources.x.feeds", "list"),
        (f'[sources.x]\n{HOME}feeds = ["/f"]', "sources.x.feeds", "http"),
        (f"[sources.x]\n{HOME}feeds = [3]", "sources.x.feeds", "list of texts"),
        (f'[sources.x]\n{HOME}exclude = ["("]', "sources.x.exclude", "regular expression"),
        (f'[sources.x]\n{HOME}name = "y"', "sources.x.name", "left out"),
        (f'[sources.x]\n{HOME}rules = "p"', "sources.x.rules", "[[sources.x.rules]]"),
        (f"[[sources.x]]\n{HOME}", "sources.x", "table"),
        (f'[sources.x]\n{HOME}[[sources.x.rules]]\nbody = "p:has("', "sources.x.rules.body", "CSS"),
        (f'[sources.x]\n{HOME}[[sources.x.rules]]\ntitle = "::text"', "sources.x.rules.title", "CSS"),
        (f'[sources.x]\n{HOME}[[sources.x.rules]]\nbdy = "p"', "sources.x.rules.bdy", "body"),
        (f'[sources.x]\n{HOME}[[sources.x.rules]]\nsince = "2026"', "sources.x.rules.since", "2026-01-31"),
        (f"[sources.x]\n{HOME}[[sources.x.rules]]\nsince = 2026-01-01T00:00:00", "sources.x.rules.since", "day"),
        (f"[sources.x]\n{HOME}[[sources.x.rules]]\n[[sources.x.rules]]", "sources.x.rules", "since"),
        (f"[sources.x]\n{HOME}headers = 3", "sources.x.headers", "table"),
        (f"[sources.x]\n{HOME}headers = {{ A = 3 }}", "sources.x.headers.A", "text"),
        (f'[sources.x]\n{HOME}headers = {{ "A B" = "c" }}', "sources.x.headers", "A B"),
        (f'[sources.x]\n{HOME}headers = {{ X-A = "c\\r\\nB: d" }}', "sources.x.headers.X-A", "line break"),
        (f'[sources.x]\n{HOME}headers = {{ host = "other" }}', "sources.x.headers.host", "own"),
        (f'[sources.x]\n{HOME}headers = {{ User-Agent = "a browser" }}', "sources.x.headers.User-Agent", "own"),
    ],
)
def test_what_is_wrong_is_said_with_file_key_and_what_would_be_right(file, text, key, said):
    file.write_text(text)
    message = refused(file)
    assert message.startswith(f"{file}: ")
    assert key in message
    assert said in message
    assert "\n" not in message


def test_two_sources_of_one_name_are_refused_with_both_files(tmp_path):
    (tmp_path / "sources").mkdir()
    (tmp_path / "cuttings.toml").write_text(f"[sources.x]\n{HOME}")
    (tmp_path / "sources" / "x.toml").write_text(HOME)
    message = refused(tmp_path)
    assert "cuttings.toml" in message
    assert "x.toml" in message


def test_a_mistake_in_a_sources_own_file_names_that_file(tmp_path):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "x.toml").write_text(f"{HOME}[schedule]\nevry = '1h'\n")
    assert re.search(
        r"sources.x\.toml: schedule\.evry is not a setting\. Did you mean schedule\.every\?", refused(tmp_path)
    )


def test_rules_are_put_in_the_order_of_their_days(file):
    file.write_text(
        f'[sources.x]\n{HOME}[[sources.x.rules]]\nsince = 2026-03-01\nbody = "main"\n[[sources.x.rules]]\nbody = "p"\n'
    )
    source = load(file, {}).sources[0]
    assert [rule.body for rule in source.rules] == ["p", "main"]
    old, new = source.rules_on(dt.date(2026, 2, 28)), source.rules_on(dt.date(2026, 3, 1))
    assert old
    assert new
    assert (old.body, new.body) == ("p", "main")


# --- secrets ---


def test_headers_and_cookies_are_filled_from_the_environment_and_never_shown(file):
    file.write_text(
        f'[sources.x]\n{HOME}headers = {{ Authorization = "Bearer ${{TOKEN}}", Accept-Language = "de" }}\n'
        'cookies = { sid = "${CUTTINGS_SID}" }\n'
    )
    config = load(file, {"TOKEN": "hush-hush", "CUTTINGS_SID": "quiet"})
    source = config.sources[0]
    assert source.headers == (("Authorization", "Bearer hush-hush"), ("Accept-Language", "de"))
    assert source.cookies == (("sid", "quiet"),)
    assert [type(value) for _, value in source.headers + source.cookies] == [Secret, str, Secret]
    assert "hush" not in repr(config)
    assert "quiet" not in repr(config)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('headers = { Authorization = "Basic aHVzaA==" }', "headers.Authorization"),
        ('headers = { cookie = "a=hush" }', "headers.cookie"),
        ('headers = { X-Api-Key = "hush" }', "headers.X-Api-Key"),
        ('headers = { Authorization = "Bearer $HUSH" }', "headers.Authorization"),
        ('cookies = { sid = "hush" }', "cookies.sid"),
        ('cookies = { sid = "${HUSH" }', "cookies.sid"),
    ],
)
def test_a_secret_that_is_written_out_is_refused_without_showing_it(file, line, key):
    file.write_text(f"[sources.x]\n{HOME}{line}\n")
    message = refused(file)
    assert f"sources.x.{key}" in message
    assert "${NAME}" in message
    assert "hush" not in message.lower()
    assert "aHVz" not in message


@pytest.mark.parametrize("environ", [{}, {"TOKEN": ""}])
def test_a_missing_variable_is_named_with_file_and_key(file, environ):
    file.write_text(f'[sources.x]\n{HOME}cookies = {{ sid = "${{TOKEN}}" }}\n')
    message = refused(file, environ)
    assert all(part in message for part in (str(file), "sources.x.cookies.sid", "TOKEN"))


@pytest.mark.parametrize("value", ["hush\n", "hush\r\nX-Evil: 1", "hüsh", "hush\x00"])
@pytest.mark.parametrize("kind", ["headers", "cookies"])
def test_a_secret_that_would_break_out_of_its_header_is_refused_without_showing_it(file, value, kind):
    file.write_text(f'[sources.x]\n{HOME}{kind} = {{ X-Token = "${{TOKEN}}" }}\n')
    message = refused(file, {"TOKEN": value})
    assert f"sources.x.{kind}.X-Token" in message
    assert "sh" not in message.partition("X-Token")[2]


def test_a_cookie_cannot_bring_a_second_one_along(file):
    file.write_text(f'[sources.x]\n{HOME}cookies = {{ sid = "${{TOKEN}}" }}\n')
    assert "sources.x.cookies.sid" in refused(file, {"TOKEN": "a; admin=1"})


def test_a_password_in_a_url_is_refused_without_showing_it(file):
    file.write_text('[sources.x]\nhome = "https://me:hush@example.org/"\n')
    message = refused(file)
    assert "sources.x.home" in message
    assert "hush" not in message


def test_a_folder_of_sources_that_may_not_be_read_is_said_so(tmp_path, monkeypatch):
    (tmp_path / "sources").mkdir()

    def refused(folder):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr("os.listdir", refused)  # the tests may run as root, whom nothing is refused
    with pytest.raises(ConfigError, match=r"sources: cannot be read: Permission denied"):
        load(tmp_path, {})
