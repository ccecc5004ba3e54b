import logging
import os
import time

import pytest

from config.load import ConfigError, load
from config.models import Cookie, Secret

HOME = 'home = "https://www.paper.co.uk/"\n'
YEAR = 365 * 86_400
LATER = 4_102_444_800  # in 2100; the same in all processes that share out the tests, as it is in their names


def line(*, domain=".paper.co.uk", subs="TRUE", path="/", secure="TRUE", expires=LATER, name="sid", value="geheim"):
    return "\t".join((domain, subs, path, secure, str(expires), name, value))


@pytest.fixture
def jar(tmp_path):
    """Writes a cookie file beside a configuration and gives the source's cookies from it."""
    (tmp_path / "cuttings.toml").write_text(f'[sources.x]\n{HOME}cookie_file = "cookies.txt"\n')

    def write(*lines, end="\n"):
        file = tmp_path / "cookies.txt"
        file.write_bytes(end.join(lines).encode())
        file.chmod(0o600)
        return load(tmp_path / "cuttings.toml", {}).sources[0].jar

    return write


def test_a_file_of_a_browser_is_read_with_comments_http_only_lines_and_either_line_end(jar):
    lines = (
        "\ufeff# Netscape HTTP Cookie File",
        "# https://curl.se/docs/http-cookies.html",
        "",
        line(),
        "#HttpOnly_" + line(name="inner", domain="www.paper.co.uk", subs="FALSE", path="/news", secure="FALSE"),
        line(name="session", expires=0, value=""),
        line(name="cut", expires="")[: -len("\tgeheim")],
        line(name="in[brackets]", expires=f"{LATER}.5"),
        line(name="milliseconds", expires=LATER * 1000),
    )
    for end in ("\n", "\r\n"):
        one, inner, session, cut, brackets, late = jar(*lines, end=end)
        assert one == Cookie("sid", Secret("geheim"), "paper.co.uk", secure=True, expires=LATER)
        assert (inner.domain, inner.subdomains, inner.path) == ("www.paper.co.uk", False, "/news")
        assert inner.http_only
        assert not inner.secure
        assert (session.expires, session.value, cut.value) == (0, "", "")
        assert (brackets.name, brackets.expires) == ("in[brackets]", LATER)
        assert not late.expired(time.time() + 50 * YEAR)


@pytest.mark.parametrize("home", ["bücher.example", "www.xn--bcher-kva.example"])
@pytest.mark.parametrize("domain", [".xn--bcher-kva.example", "Bücher.example", "xn--bcher-kva.example."])
def test_a_host_is_the_same_in_either_spelling(tmp_path, home, domain):
    (tmp_path / "c.toml").write_text(f'[sources.x]\nhome = "https://{home}/"\ncookie_file = "cookies.txt"\n')
    (tmp_path / "cookies.txt").write_text(line(domain=domain))
    (cookie,) = load(tmp_path / "c.toml", {}).sources[0].jar
    assert cookie.fits("xn--bcher-kva.example", "/", secure=True, at=time.time())


def test_a_line_ends_where_a_browser_ended_it(jar):
    there, _ = jar(line(), line(domain="other.test", value="a\u2028b\x0bc\x85d"), line(name="second"))
    assert there.name == "sid"


def test_cookies_of_other_sites_are_left_out_even_where_http_could_not_send_them(jar):
    lines = [
        line(domain=domain, value="geh;eim")
        for domain in ("other.test", ".co.uk", "paper.com", "notpaper.co.uk", ".paper.co.uk.evil.test")
    ]
    assert [cookie.name for cookie in jar(*lines, line(name="own", domain="login.paper.co.uk"))] == ["own"]


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        (line().replace("\t", "    "), "tabs"),
        (line() + "\tmore-geheim", "7 fields"),
        ("geheim", "7 fields"),
        (line(subs="yes"), "TRUE or FALSE"),
        (line(secure=""), "TRUE or FALSE"),
        (line(expires="geheim"), "seconds since 1970"),
        (line(name="a;b"), "name"),
        (line(name=""), "name"),
        (line(value="geheim; admin=1"), "value"),
        (line(value="gehëim"), "value"),
        (line(value="geheim\x07"), "value"),
    ],
)
def test_a_damaged_line_is_refused_with_file_and_line_and_without_its_value(jar, damaged, said):
    with pytest.raises(ConfigError) as error:
        jar("# Netscape HTTP Cookie File", line(name="well"), damaged)
    message = str(error.value)
    assert "cookies.txt, line 3" in message
    assert said in message
    assert "eim" not in message


def test_a_value_is_in_no_repr(jar, tmp_path):
    (cookie,) = jar(line())
    assert isinstance(cookie.value, Secret)
    assert "geheim" not in f"{cookie!r} {load(tmp_path / 'cuttings.toml', {})!r}"


def test_the_path_is_taken_from_the_files_folder_and_may_hold_a_variable(tmp_path, monkeypatch):
    sources, elsewhere = tmp_path / "config" / "sources", tmp_path / "secrets"
    for folder in (sources, elsewhere):
        folder.mkdir(parents=True)
    (elsewhere / "c.txt").write_text(line())
    (sources / "x.toml").write_text(HOME + 'cookie_file = "../../secrets/c.txt"\n')
    monkeypatch.chdir(sources)
    assert load(tmp_path / "config", {}).sources[0].jar
    (sources / "x.toml").write_text(HOME + 'cookie_file = "${CREDENTIALS}/c.txt"\n')
    assert load(tmp_path / "config", {"CREDENTIALS": str(elsewhere)}).sources[0].jar
    with pytest.raises(ConfigError, match=r"x\.toml: cookie_file needs the environment variable CREDENTIALS"):
        load(tmp_path / "config", {})


def test_a_file_that_is_not_there_or_no_text_is_said_with_the_key_that_names_it(jar, tmp_path):
    with pytest.raises(ConfigError, match=r"cuttings\.toml: sources\.x\.cookie_file: .*cookies\.txt cannot be read"):
        load(tmp_path / "cuttings.toml", {})
    (tmp_path / "cookies.txt").write_bytes(b"SQLite format 3\0\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        load(tmp_path / "cuttings.toml", {})
    with (tmp_path / "cookies.txt").open("wb") as file:
        os.truncate(file.fileno(), 6_000_000)
    with pytest.raises(ConfigError, match="5,000,000"):
        load(tmp_path / "cuttings.toml", {})


def test_what_a_person_should_know_is_a_warning_and_not_a_refusal(jar, tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    jar(line())
    assert not caplog.records
    (tmp_path / "cookies.txt").chmod(0o644)
    assert load(tmp_path / "cuttings.toml", {}).sources[0].jar
    assert "chmod 600" in caplog.text
    jar(line(expires=1_000_000_000))
    assert "has expired" in caplog.text
    jar(line(domain="other.test"))
    assert "no cookie for paper.co.uk" in caplog.text
    assert "geheim" not in caplog.text


@pytest.mark.parametrize(
    ("changes", "fitting", "not_fitting"),
    [
        ({}, ["https://a.test/", "https://www.a.test/x", "http://a.test/"], ["https://ba.test/", "https://test/"]),
        ({"subdomains": False}, ["https://a.test/"], ["https://www.a.test/"]),
        ({"secure": True}, ["https://a.test/"], ["http://a.test/"]),
        ({"path": "/news"}, ["https://a.test/news", "https://a.test/news/1"], ["https://a.test/newsletter"]),
        ({"path": "/news/"}, ["https://a.test/news/1"], ["https://a.test/news", "https://a.test/"]),
        ({"expires": 1001}, ["https://a.test/"], []),
        ({"expires": 1000}, [], ["https://a.test/"]),
    ],
)
def test_a_cookie_is_shown_where_it_belongs_and_nowhere_else(changes, fitting, not_fitting):
    cookie = Cookie("sid", "1", "a.test", **changes)

    def fits(url):
        scheme, _, rest = url.partition("://")
        host, _, path = rest.partition("/")
        return cookie.fits(host, f"/{path}", secure=scheme == "https", at=1000.0)

    assert [url for url in (*fitting, *not_fitting) if fits(url)] == fitting
