"""RFC 9309 as a table, section by section, beyond the everyday cases of test_robots.

Where the RFC is silent, google/robotstxt is followed; where the two differ, the stricter reading.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.models import Page
from config.models import Limits
from crawler.fetch import Fetcher
from crawler.robots import CRAWL_DELAY_LIMIT, GOOD_FOR, PARSED_BYTES, Robots, answer, effective, parked
from tests.site import Response, Site, redirect

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)

# What stands in the file (lines parted by |), the path and query, whether Cuttings may fetch it.
TABLE = [
    # 2.1 and 2.2.1: groups. Of one crawler they are one, wherever they stand
    ("User-agent: Cuttings|Disallow: /a|User-agent: X|Disallow: /x|User-agent: Cuttings|Disallow: /b", "/a", False),
    ("User-agent: Cuttings|Disallow: /a|User-agent: X|Disallow: /x|User-agent: Cuttings|Disallow: /b", "/b", False),
    ("User-agent: Cuttings|Disallow: /a|User-agent: X|Disallow: /x|User-agent: Cuttings|Disallow: /b", "/x", True),
    ("User-agent: Cuttings|Disallow: /a||User-agent: cuttings|Allow: /a/b", "/a/b", True),
    ("User-agent: *|Disallow: /a||User-agent: *|Disallow: /b", "/a", False),
    ("User-agent: *|Disallow: /a||User-agent: *|Disallow: /b", "/b", False),
    ("User-agent: *|User-agent: X|Disallow: /a", "/a", False),
    ("User-agent: X|User-agent: *|Disallow: /a", "/a", False),
    # … ours hides the others', also where it says nothing
    ("User-agent: *|User-agent: Cuttings|Disallow: /a||User-agent: *|Disallow: /b", "/b", True),
    ("User-agent: *|User-agent: Cuttings|Disallow: /a||User-agent: *|Disallow: /b", "/a", False),
    ("User-agent: *|Disallow: /||User-agent: Cuttings|", "/a", True),
    ("User-agent: *|Disallow: /||User-agent: Cuttings|Crawl-delay: 1", "/a", True),
    ("User-agent: Cuttings|Disallow:||User-agent: *|Disallow: /", "/a", True),
    # … and the token is the whole product's name, in any case, whatever follows it
    ("User-agent: cUTTINGS/2.1 (archive)|Disallow: /", "/a", False),
    ("User-agent: Cuttings Bot|Disallow: /", "/a", False),
    ("User-agent: Cutting|Disallow: /", "/a", True),
    ("User-agent: Cuttings_Images|Disallow: /", "/a", True),
    ("User-agent: Bot Cuttings|Disallow: /", "/a", True),
    ("User-agent: * # all of you|Disallow: /", "/a", False),
    ("User-agent: *|Disallow: /||User-agent: *bot|Disallow: /b", "/b", False),
    ("User-agent: *bot|Disallow: /", "/a", True),
    ("Disallow: /|User-agent: *|Disallow: /b", "/a", True),
    # 2.2.4: what is no rule parts no group
    ("User-agent: Cuttings|Sitemap: https://a.test/s.xml|User-agent: X|Disallow: /", "/a", False),
    ("User-agent: Cuttings|Crawl-delay: 9|User-agent: X|Disallow: /", "/a", False),
    ("User-agent: Cuttings|Host: a.test|Request-rate: 1/5|User-agent: X|Disallow: /", "/a", False),
    ("User-agent: Cuttings|<p>|User-agent: X|Disallow: /", "/a", False),
    ("User-agent: Cuttings||||User-agent: X|Disallow: /", "/a", False),
    ("User-agent: Cuttings|Allow: /a|Noindex: /x|Disallow: /|User-agent: X", "/b", False),
    ("User-agent: Cuttings|Disallow: /a|Unknown: x|Disallow: /b", "/b", False),
    # 2.2.2: the longest match in octets, Allow on ties, whatever the order
    ("User-agent: *|Disallow: /abc|Allow: /abcd", "/abcde", True),
    ("User-agent: *|Allow: /abcd|Disallow: /abcde", "/abcdef", False),
    ("User-agent: *|Allow: /abc|Disallow: /abc", "/abc", True),
    ("User-agent: *|Disallow: /abc|Allow: /abc", "/abc", True),
    ("User-agent: *|Disallow: /a*c|Allow: /ab", "/abc", False),
    ("User-agent: *|Disallow: /a*|Allow: /ab", "/abc", True),
    ("User-agent: *|Disallow: /ü|Allow: /%C3", "/%C3%BC", False),
    ("User-agent: *|Allow: /ü|Disallow: /%C3%BC", "/ü", True),
    (
        "User-agent: *|Disallow: /example/page/|Allow: /example/page/disallowed.gif",
        "/example/page/disallowed.gif",
        True,
    ),
    ("User-agent: *|Allow: /|Disallow:", "/a", True),
    ("User-agent: *|Allow:|Disallow: /", "/a", False),
    # … to allow the page is not to allow the folder, and no path is allowed for having a dollar in it
    ("User-agent: *|Disallow: /|Allow: /index.html", "/", False),
    ("User-agent: *|Disallow: /|Allow: /index.html", "/index.html", True),
    ("User-agent: *|Disallow: /|Allow: /$", "/$secret", False),
    ("User-agent: *|Disallow: /|Allow: /a$", "/a", True),
    # … a path begins with a slash or a wildcard, or is none
    ("User-agent: *|Disallow: a", "/a", True),
    ("User-agent: *|Disallow: https://paper.test/a", "/a", True),
    ("User-agent: *|Disallow: $", "/", True),
    # … percent-encoding: the RFC's own table
    ("User-agent: *|Disallow: /foo/bar?baz=quz", "/foo/bar?baz=quz", False),
    ("User-agent: *|Disallow: /foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", False),
    ("User-agent: *|Disallow: /foo/bar?baz=https%3A%2F%2Ffoo.bar", "/foo/bar?baz=https://foo.bar", False),
    ("User-agent: *|Disallow: /foo/bar/ツ", "/foo/bar/%E3%83%84", False),
    ("User-agent: *|Disallow: /foo/bar/%E3%83%84", "/foo/bar/ツ", False),
    ("User-agent: *|Disallow: /foo/bar/%62%61%7A", "/foo/bar/baz", False),
    ("User-agent: *|Disallow: /foo/bar/baz", "/foo/bar/%62%61%7A", False),
    # … capitals or not, what it escapes decides
    ("User-agent: *|Disallow: /%e3%83%84", "/%E3%83%84", False),
    ("User-agent: *|Disallow: /%7Euser", "/~user", False),
    ("User-agent: *|Disallow: /~user", "/%7euser", False),
    ("User-agent: *|Disallow: /a%2fb", "/a/b", True),
    ("User-agent: *|Disallow: /a/b", "/a%2Fb", True),
    ("User-agent: *|Disallow: /a%3Fb", "/a?b", True),
    ("User-agent: *|Disallow: /a%26b", "/a&b", False),
    ("User-agent: *|Disallow: /a b", "/a%20b", False),
    ("User-agent: *|Disallow: /100%", "/100%", False),
    ("User-agent: *|Disallow: /100%zz", "/100%25zz", False),
    ("User-agent: *|Disallow: /%41", "/a", True),
    ("User-agent: *|Disallow: /*u=https%3A%2F%2Fx", "/a?u=https%3A%2F%2Fx", False),
    ("User-agent: *|Disallow: /*u=https://x", "/a?u=https%3A%2F%2Fx", False),
    ("User-agent: *|Disallow: /*/print", "/a?to=b/print", False),
    # 2.2.3: wildcards
    ("User-agent: *|Disallow: /*", "/", False),
    ("User-agent: *|Disallow: /fish*", "/fishheads/yummy.html", False),
    ("User-agent: *|Disallow: /*.gif$", "/a.gif", False),
    ("User-agent: *|Disallow: /*.gif$", "/a.gif.html", True),
    ("User-agent: *|Disallow: /*.gif$", "/a.gif.gif", False),
    ("User-agent: *|Disallow: /a*b*c", "/axxbyyc", False),
    ("User-agent: *|Disallow: /a*b*c", "/axxcyyb", True),
    ("User-agent: *|Disallow: /a*$", "/abc", False),
    ("User-agent: *|Disallow: /a*a$", "/a", True),
    ("User-agent: *|Disallow: /a***b", "/ab", False),
    ("User-agent: *|Disallow: *.pdf", "/x/y.pdf", False),
    ("User-agent: *|Disallow: */private", "/x/private", False),
    ("User-agent: *|Disallow: /a%2A", "/a*", False),
    ("User-agent: *|Disallow: /a%2A", "/ab", True),
    ("User-agent: *|Disallow: /a%24", "/a$", False),
    ("User-agent: *|Disallow: /a%24", "/ab", True),
    ("User-agent: *|Disallow: /?$", "/?", False),
    ("User-agent: *|Disallow: /?$", "/?a", True),
    ("User-agent: *|Disallow: /*?", "/a", True),
    ("User-agent: *|Disallow: /*?", "/a?", False),
    ("User-agent: *|Disallow: /*?a=*&b=$", "/x?a=1&b=", False),
    # 2.2: how lines are written
    ("\ufeffUser-agent: *|Disallow: /a", "/a", False),
    ("User-agent: *\t|\tDisallow:\t/a\t# why", "/a", False),
    ("User-agent: *|Disallow: /a#b", "/a", False),
    ("User-agent *|Disallow /a", "/a", False),
    ("User-agent: *|Disallow /a b", "/a", True),
    ("User-agent: *|Disallow: /a\x0bAllow: /a/b", "/a/b", True),
    ("User-agent: *|Disallow: /\u2028Disallow: /a", "/a", True),
    ("User-agent: *|Disallow: /a\x85", "/a", True),
    ("USERAGENT: *|DISALLOW: /a", "/a", False),
    # 2.2.2: the file itself
    ("User-agent: Cuttings|Disallow: /robots.txt", "/robots.txt", True),
    ("User-agent: Cuttings|Disallow: /", "/robots.txt?x", True),
    ("User-agent: Cuttings|Disallow: /", "/robots.txt/x", False),
]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize(("lines", "target", "allowed"), TABLE)
def test_what_the_rfc_says_of_a_file_holds(lines, target, allowed, end):
    robots = Robots.from_answer(200, lines.replace("|", end).encode())
    assert robots.allows(f"https://paper.test{target}") is allowed


# What stands in the file as bytes, a path, whether it may be fetched.
BYTES = [
    (b"", "/a", True),
    (b"\0\0\0\0", "/a", True),
    (b"User-agent: *\nDisallow: /a\0b\n", "/a", True),
    (b"User-agent: *\nDisallow: /a\0b\n", "/a%00b", False),
    (b"\x89PNG\r\n\x1a\n\0\0\nUser-agent: *\nDisallow: /a", "/a", False),
    (b"User-agent: *\nDisallow: /\xfc\n", "/a", True),
    (b"User-agent: *\n\xff\xfe\nDisallow: /a\n", "/a", False),
    (b"<html><body>User-agent: *<br>Disallow: /</body></html>", "/a", True),
    (b"User-agent: *\rDisallow: /a\r\nDisallow: /b\nDisallow: /c", "/c", False),
    (b"User-agent: *\nDisallow: /a", "/a", False),  # no line end at the end
    (b"User-agent: *\nDisallow: /" + b"a" * 20_000, "/" + "a" * 20_001, False),
    (b"User-agent: *\n" + b"Disallow: /x\n" * 20_000 + b"Disallow: /a\n", "/a", False),
    (b"User-agent: *\nDisallow: /a\n" + b"#" * PARSED_BYTES, "/a", False),
    (b"User-agent: *\nDisallow: /" + b"a" * PARSED_BYTES, "/a", True),  # cut within a line, which does not count
    (b"User-agent: *\nDisallow" + b" \t" * 200_000 + b"\nDisallow: /a", "/a", False),
    (b"# " * (PARSED_BYTES // 2) + b"\nUser-agent: *\nDisallow: /a", "/a", True),
]


@pytest.mark.parametrize(("body", "path", "allowed"), BYTES, ids=range(len(BYTES)))
def test_any_bytes_can_be_a_robots_txt(body, path, allowed):
    assert Robots.from_answer(200, body).allows(f"https://paper.test{path}") is allowed


@pytest.mark.parametrize("url", ["https://paper.test", "https://paper.test?x=/a", "https://paper.test/?#/a"])
def test_a_url_without_a_path_is_the_root(url):
    robots = Robots.from_answer(200, b"User-agent: *\nDisallow: /a")
    assert robots.allows(url)
    assert not Robots.from_answer(200, b"User-agent: *\nDisallow: /").allows(url)


@pytest.mark.parametrize(
    ("lines", "delay"),
    [
        ("User-agent: *|Crawl-delay: 10", 10),
        ("User-agent: *|crawl-delay:.5", 0.5),
        ("User-agent: *|Crawl-delay: 2.5 # seconds", 2.5),
        ("User-agent: *|Crawl-delay: 86400000", 86_400_000),
        ("User-agent: *|Crawl-delay: -5", None),
        ("User-agent: *|Crawl-delay: inf", None),
        ("User-agent: *|Crawl-delay: 1_0", None),
        ("User-agent: *|Crawl-delay: 10s", None),
        ("User-agent: *|Crawl-delay: " + "9" * 400, None),
        ("User-agent: *|Crawl-delay: 5|Crawl-delay: 20|Crawl-delay: x", 20),
        ("User-agent: *|Crawl-delay: 5|Disallow: /||User-agent: *|Crawl-delay: 7", 7),
        ("User-agent: *|Crawl-delay: 5||User-agent: Cuttings|Disallow: /a", None),
        ("User-agent: Cuttings|User-agent: X|Crawl-delay: 5", 5),
        ("Crawl-delay: 5|User-agent: *|Disallow:", None),
    ],
)
def test_the_crawl_delay_is_the_longest_of_our_groups(lines, delay):
    assert Robots.from_answer(200, lines.replace("|", "\n").encode()).crawl_delay() == delay


def test_sitemaps_belong_to_no_group():
    text = b"Sitemap: https://a.test/1\nUser-agent: X\nSitemap https://a.test/2\nDisallow: /\nsite-map:https://a.test/3?a#b\nSitemap:\n"
    assert Robots.from_answer(200, text).sitemaps() == ("https://a.test/1", "https://a.test/2", "https://a.test/3?a")


@settings(deadline=None)  # of a busy machine
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_path_is_forbidden_by_itself_however_both_are_escaped(path, more):
    path = f"/{path}".replace("*", "").replace("$", "").replace("#", "").replace("?", "")
    path = path.replace("\r", "").replace("\n", "").rstrip(" \t")
    if path == "/robots.txt":
        return
    robots = Robots.from_answer(200, f"User-agent: *\nDisallow: {path}".encode("utf-8", "replace"))
    if "?" in path.encode("utf-8", "replace").decode():  # a lone surrogate, which no URL can have
        return
    assert not robots.allows(f"https://paper.test{path}{more}")


@settings(deadline=None)  # of a busy machine
@given(st.lists(st.tuples(st.booleans(), st.text("/ab*$", max_size=6)), max_size=6), st.text("/ab$", max_size=8))
def test_the_longest_matching_rule_decides_and_allow_on_ties(rules, path):
    text = "\n".join(f"{'Allow' if allow else 'Disallow'}: /{pattern}" for allow, pattern in rules)
    # A dollar amid a pattern is escaped, and so three octets long.
    hits = [
        (len(p) + 2 * p.removesuffix("$").count("$"), allow)
        for allow, p in ((allow, f"/{pattern}") for allow, pattern in rules)
        if slowly(p, f"/{path}")
    ]
    expected = max(hits)[1] if hits else True
    assert Robots.from_answer(200, f"User-agent: *\n{text}".encode()).allows(f"https://paper.test/{path}") is expected


def slowly(pattern: str, path: str) -> bool:
    """RFC 9309, 2.2.3, octet by octet."""
    if not pattern:
        return True
    if pattern == "$":
        return not path
    if pattern[0] == "*":
        return any(slowly(pattern[1:], path[at:]) for at in range(len(path) + 1))
    return bool(path) and path[0] == pattern[0] and slowly(pattern[1:], path[1:])


def test_a_hostile_file_is_judged_in_reasonable_time():
    """500 KiB of wildcards against the longest URL: no pattern is tried from each place for each wildcard."""
    rules = b"".join(b"Disallow: /%d*a*a*a*a*a*a*a*a*b$\n" % n for n in range(12_000))
    robots = Robots.from_answer(200, b"User-agent: *\nDisallow: /" + b"*a" * 5_000 + b"*b\n" + rules)
    assert robots.allows("https://paper.test/" + "a" * 2_000)


# 2.3.1: what was answered


async def fetched(url: str) -> Robots:
    async with Fetcher(user_agent="Cuttings", limits=Limits(), allow_private=True) as fetcher:
        return Robots.from_answer(*answer(await fetcher.get(url, max_bytes=1_000_000)))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 451])
async def test_no_robots_txt_means_no_rules(status):
    with Site({"/robots.txt": Response("User-agent: *\nDisallow: /", status=status)}) as site:
        assert (await fetched(site.url("/robots.txt"))).allows(site.url("/a"))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 599])
async def test_one_that_a_server_cannot_give_forbids_everything(status):
    with Site({"/robots.txt": Response("User-agent: *\nAllow: /", status=status)}) as site:
        robots = await fetched(site.url("/robots.txt"))
    assert robots.unreachable
    assert not robots.allows(site.url("/a"))


async def test_one_of_a_server_that_cannot_be_reached_forbids_everything():
    with Site({}) as site:
        gone = site.url("/robots.txt")
    assert not (await fetched(gone)).allows(gone.replace("robots.txt", "a"))


async def test_five_redirects_are_followed_to_wherever_they_lead():
    with Site({"/rules": "User-agent: *\nDisallow: /a"}) as other, Site({}) as site:
        site.routes["/robots.txt"] = redirect(other.url("/1"))
        other.routes |= {"/1": redirect(site.url("/2")), "/3": redirect(site.url("/4"))}
        site.routes |= {"/2": redirect(other.url("/3")), "/4": redirect(other.url("/rules"))}
        robots = await fetched(site.url("/robots.txt"))
        assert [*site.paths, *other.paths] == ["/robots.txt", "/2", "/4", "/1", "/3", "/rules"]
    assert not robots.allows(site.url("/a"))
    assert robots.allows(site.url("/b"))


async def test_after_a_sixth_redirect_there_are_no_rules():
    with Site({"/robots.txt": redirect("/1")}) as site:
        site.routes |= {f"/{n}": redirect(f"/{n + 1}") for n in range(1, 9)}
        robots = await fetched(site.url("/robots.txt"))
        assert len(site.paths) == 6
    assert robots.allows(site.url("/a"))


# 2.3.1.4 and 2.4: the last good copy

RULES = Robots.from_answer(200, b"User-agent: *\nDisallow: /a")


@pytest.mark.parametrize("status", [None, 429, 500, 503])
def test_the_last_good_copy_holds_for_thirty_days_and_then_nothing_is_allowed(status):
    lost = Robots.from_answer(status)
    for age, path, allowed in (
        (timedelta(minutes=1), "/a", False),
        (timedelta(minutes=1), "/b", True),
        (timedelta(days=30), "/b", True),
        (timedelta(days=30, seconds=1), "/b", False),
        (timedelta(days=30, seconds=1), "/a", False),
    ):
        assert effective(lost, RULES, NOW - age, NOW).allows(f"https://paper.test{path}") is allowed


@pytest.mark.parametrize("status", [200, 404, 403])
def test_what_can_be_had_goes_before_any_copy(status):
    assert effective(Robots.from_answer(status), RULES, NOW, NOW).allows("https://paper.test/a")


def test_without_a_good_copy_nothing_stands_in():
    assert effective(Robots(None), None, None, NOW) == Robots(None)


def test_a_copy_from_the_future_counts_while_the_clock_can_have_been_set_back():
    assert effective(Robots(None), RULES, NOW + timedelta(days=1), NOW) == RULES
    assert effective(Robots(None), RULES, NOW + GOOD_FOR * 2, NOW) == Robots(None)


@pytest.mark.parametrize(
    ("asked", "configured", "is_parked"),
    [(None, 5, False), (120, 5, False), (120.5, 5, True), (600, 600, False), (601, 600, True), (0, 0, False)],
)
def test_a_host_that_asks_for_more_than_two_minutes_is_parked_and_says_so(asked, configured, is_parked):
    sentence = parked(asked, configured)
    assert bool(sentence) is is_parked
    if is_parked:
        assert "robots.txt asks for" in sentence
        assert f"{CRAWL_DELAY_LIMIT:.0f}" in sentence


def test_what_is_kept_of_one_says_the_same_when_it_is_read_back():
    body = b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /\xc3\xbc\r\n" + b"# x\n" * 200_000
    page = Page("u", "u", 200, (), body, NOW)
    assert Robots.from_answer(*answer(page)) == Robots.from_answer(200, body)
