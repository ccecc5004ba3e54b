from __future__ import annotations

import gzip
import socket
from datetime import UTC, datetime, timedelta

import brotli
import pytest
import zstandard

from archive.models import Failure, Page, Stage
from archive.sites import site as site_of
from config.models import Cookie, Limits, Source
from crawler import __version__
from crawler.fetch import Fetcher, Identity, user_agent
from tests.site import Raw, Response, Site, redirect

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MB = 1_000_000


def fetcher(**settings) -> Fetcher:
    defaults = {"user_agent": user_agent("https://cuttings.test/about"), "limits": Limits(deadline=10)}
    return Fetcher(**{**defaults, "allow_private": True, "now": lambda: NOW, **settings})


async def fetch(url: str, *, settings: dict | None = None, **more) -> Page | Failure:
    async with fetcher(**settings or {}) as client:
        return await client.get(url, **{"max_bytes": MB, **more})


async def test_a_page_comes_with_its_bytes_untouched_and_its_headers():
    body = "<p>Grüße</p>".encode("latin-1") + b"\x00\xff\xfe"
    headers = [("Content-Type", "text/html; charset=iso-8859-1"), ("X-One", "1"), ("X-One", "2"), ("Set-Cookie", "a=b")]
    with Site({"/a?b=%C3%BC&utm_source=x": Response(body, headers)}) as site:
        page = await fetch(site.url("/a?b=%C3%BC&utm_source=x#part"))
    assert isinstance(page, Page)
    assert (page.status, page.body, page.fetched_at) == (200, body, NOW)
    assert page.url == site.url("/a?b=%C3%BC&utm_source=x#part")
    assert page.final_url == site.url("/a?b=%C3%BC&utm_source=x")
    assert page.header("content-type") == "text/html; charset=iso-8859-1"
    assert [value for name, value in page.headers if name == "x-one"] == ["1", "2"]
    assert page.header("set-cookie") == ""


async def test_the_server_is_told_who_asks_and_what_is_understood():
    with Site({"/": "home"}) as site:
        await fetch(site.url())
    headers = site.requests[0].headers
    assert headers["user-agent"] == f"Cuttings/{__version__} (+https://cuttings.test/about)"
    assert headers["accept-encoding"] == "gzip, deflate, br, zstd"
    assert headers["accept"].startswith("text/html")
    assert "cookie" not in headers
    assert "if-none-match" not in headers


@pytest.mark.parametrize(
    ("contact", "shown"),
    [("", ""), ("me@paper.test", " (+me@paper.test)"), ("a\r\nX-Evil: (1)", " (+aX-Evil: 1)"), ("\n", "")],
)
def test_the_user_agent_names_the_contact_and_nothing_breaks_out_of_it(contact, shown):
    assert user_agent(contact) == f"Cuttings/{__version__}{shown}"


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
async def test_a_packed_page_is_unpacked(encoding):
    pack = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstandard.compress}[encoding]
    with Site({"/": Response(pack(b"<p>text" * 1000), {"Content-Encoding": encoding})}) as site:
        page = await fetch(site.url())
    assert page.body == b"<p>text" * 1000


async def test_an_unchanged_page_is_not_sent_again():
    changed = "Mon, 01 Jan 2024 10:00:00 GMT"
    with Site({"/feed": Response("<rss/>", {"ETag": '"v1"', "Last-Modified": changed})}) as site:
        async with fetcher() as client:
            first = await client.get(site.url("/feed"), max_bytes=MB)
            etag, last_modified = first.header("etag"), first.header("last-modified")
            second = await client.get(site.url("/feed"), max_bytes=MB, etag=etag, last_modified=last_modified)
    assert (first.status, second.status, second.body) == (200, 304, b"")
    assert site.requests[1].headers["if-none-match"] == '"v1"'
    assert site.requests[1].headers["if-modified-since"] == changed


async def test_a_304_that_nobody_asked_for_is_a_failure():
    with Site({"/": Response(status=304)}) as site:
        assert (await fetch(site.url())).reason == "client-error"


async def test_a_stored_validator_that_is_no_header_value_is_left_out():
    with Site({"/": "home"}) as site:
        page = await fetch(site.url(), etag='"a\r\nX-Evil: 1"', last_modified="gestern früh")
    assert page.status == 200
    assert not {"if-none-match", "if-modified-since", "x-evil"} & site.requests[0].headers.keys()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed(status):
    routes = {"/old": redirect("../new?x=1#there", status), "/new": "here"}
    with Site(routes) as site:
        page = await fetch(site.url("/old"))
    assert (page.url, page.final_url, page.body) == (site.url("/old"), site.url("/new?x=1"), b"here")


async def test_a_redirects_target_may_hold_what_a_url_may_not():
    routes = {"/old": Raw(lambda _, c: c.sendall("HTTP/1.1 302 Found\r\nLocation: /zur Lage ü\r\n\r\n".encode()))}
    with Site({**routes, "/zur%20Lage%20%C3%BC": "here"}) as site:
        assert (await fetch(site.url("/old"))).body == b"here"


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://paper.test/",
        "http://",
        "//",
        "",
        "h" * 9**5,
        "https:///\x7f",
        "http://a b/",
        "http://[::1",
        "http://%00/",
        "gopher://paper.test:70/",
        "view-source:http://a/",
    ],
)
async def test_a_redirect_to_what_is_no_web_page_is_not_followed(target):
    with Site({"/": Response(headers={"Location": target}, status=302)}) as site:
        failure = await fetch(site.url())
    assert failure.reason in {"bad-redirect", "unreachable"}
    assert failure.reason == "bad-redirect" or len(target) > 100_000  # a header that long is no HTTP
    assert len(site.requests) == 1


async def test_redirects_end():
    routes = {"/loop": redirect("/loop"), "*": lambda request: redirect(f"/{int(request.path[1:]) + 1}")}
    with Site(routes) as site:
        assert (await fetch(site.url("/loop"))).reason == "too-many-redirects"
        assert len(site.requests) == 6
        assert (await fetch(site.url("/1"))).reason == "too-many-redirects"
        settings = {"limits": Limits(redirects=0)}
        assert (await fetch(site.url("/1"), settings=settings)).reason == "too-many-redirects"
    assert len(site.requests) == 13


async def test_every_further_hop_is_asked_about_before_it_is_made():
    asked = []

    async def allowed(url: str) -> Failure | None:
        asked.append(url)
        return Failure(url, Stage.ROBOTS, "robots") if url.endswith("/3") else None

    with Site({"/1": redirect("/2"), "/2": redirect("/3"), "/3": "private"}) as site:
        result = await fetch(site.url("/1"), allowed=allowed)
    assert result.reason == "robots"
    assert asked == [site.url("/2"), site.url("/3")]
    assert site.paths == ["/1", "/2"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "forbidden"),
        (402, "paywalled"),
        (403, "forbidden"),
        (404, "not-found"),
        (410, "gone"),
        (418, "client-error"),
        (429, "rate-limited"),
        (451, "forbidden"),
        (500, "server-error"),
        (503, "server-error"),
        (599, "server-error"),
        (206, "server-error"),  # a part that nobody asked for
        (300, "client-error"),
        (305, "client-error"),
    ],
)
async def test_an_error_of_the_server_has_a_name(status, reason):
    with Site({"/": Response("sorry", status=status)}) as site:
        failure = await fetch(site.url())
    assert (failure.stage, failure.reason, failure.url) == (Stage.FETCH, reason, site.url())
    assert str(status) in failure.detail
    assert failure.retry_at is None


@pytest.mark.parametrize("status", [429, 503])
async def test_the_server_says_when_to_come_back(status):
    with Site({"/": Response("later", {"Retry-After": "120"}, status)}) as site:
        assert (await fetch(site.url())).retry_at == NOW + timedelta(seconds=120)


@pytest.mark.parametrize("kind", ["image/png", "video/mp4", "Audio/MPEG", "application/pdf", "application/zip;x=y"])
async def test_a_picture_or_a_film_is_not_loaded(kind):
    def endless(request, connection):
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode())
        while True:
            connection.sendall(b"\0" * 65_536)

    with Site({"/": Raw(endless)}) as site:
        assert (await fetch(site.url(), max_bytes=10**12)).reason == "not-html"


@pytest.mark.parametrize("kind", ["application/octet-stream", "application/x-gzip", "text/plain", "x/unheard-of", ""])
async def test_a_kind_that_is_not_known_is_left_to_the_caller(kind):
    with Site({"/": Response(b"\x1f\x8b", {"Content-Type": kind})}) as site:
        assert (await fetch(site.url())).body == b"\x1f\x8b"


@pytest.mark.parametrize(
    "url", ["", "nonsense", "ftp://paper.test/", "http://", "http://a b.test/", "http://[::1", "/x"]
)
async def test_what_is_no_web_address_is_not_asked_for(url):
    assert (await fetch(url)).reason == "bad-url"


async def test_credentials_in_a_url_are_not_sent():
    with Site({"/": "home"}) as site:
        page = await fetch(f"http://user:geheim@{site.host}/")
    assert "authorization" not in site.requests[0].headers
    assert "geheim" not in page.final_url


async def test_one_connection_serves_a_hosts_pages():
    with Site({"/": "home"}) as site:
        async with fetcher() as client:
            for _ in range(3):
                await client.get(site.url(), max_bytes=MB)
            assert len(site.connections) == 1


async def test_nobody_there_and_no_such_name_are_unreachable():
    with Site() as site:
        pass
    failure = await fetch(site.url())
    assert failure.reason == "unreachable"
    assert "refused" in failure.detail

    async def resolve(host: str, port: int):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    failure = await fetch("http://nothing.invalid/", settings={"resolve": resolve})
    assert failure.reason == "unreachable"
    assert "name" in failure.detail


SECRETS = {"headers": (("X-Key", "geheim-1"), ("User-Agent", "Subscriber")), "cookies": (("session", "geheim-2"),)}


async def test_a_subscribers_secrets_go_to_the_sources_own_site_alone():
    with Site() as own, Site({"/": "elsewhere"}) as other:
        own.routes |= {"/": redirect("/in"), "/in": redirect(other.url("/")), "/back": "back"}
        other.routes["/"] = redirect(own.url("/back"))
        page = await fetch(own.url(), identity=Identity(site_of(own.url()), **SECRETS))
    assert page.body == b"back"
    for request in own.requests:
        assert request.headers["x-key"] == "geheim-1"
        assert request.headers["cookie"] == "session=geheim-2"
        assert request.headers["user-agent"] == "Subscriber"
    assert "geheim" not in str(other.requests[0].headers)
    assert other.requests[0].headers["user-agent"].startswith("Cuttings/")


async def test_cookies_of_a_file_are_sent_by_their_path_and_expiry_to_the_own_site_alone():
    late, past = int(NOW.timestamp()) + 60, int(NOW.timestamp()) - 60
    jar = (
        Cookie("everywhere", "geheim-1", "127.0.0.1", expires=late),
        Cookie("news", "geheim-2", "127.0.0.1", path="/news"),
        Cookie("secure", "geheim-3", "127.0.0.1", secure=True),
        Cookie("expired", "geheim-4", "127.0.0.1", expires=past),
        Cookie("elsewhere", "geheim-5", "paper.test"),
        Cookie("session", "geheim-6", "127.0.0.1"),
    )
    with Site({"/b": "b"}) as other, Site({"/": redirect("/news/1"), "/news/1": redirect(other.url("/b"))}) as own:
        source = Source("own", own.url("/"), cookies=(("session", "named"),), jar=jar)
        await fetch(own.url(), identity=Identity.of(source))
    assert [request.headers["cookie"] for request in own.requests] == [
        "everywhere=geheim-1; session=named",
        "everywhere=geheim-1; session=named; news=geheim-2",
    ]
    assert "cookie" not in other.requests[0].headers
    assert "geheim" not in repr(Identity.of(source))


async def test_secrets_of_another_site_are_not_sent_at_all():
    with Site({"/": "home"}) as site:
        await fetch(site.url(), identity=Identity("paper.test", **SECRETS))
        await fetch(site.url(), identity=Identity("", **SECRETS))
    assert "geheim" not in str([request.headers for request in site.requests])


async def test_secrets_are_in_no_repr_no_failure_and_no_log(caplog):
    caplog.set_level("DEBUG")
    identity = Identity("127.0.0.1", **SECRETS)
    with Site({"/": Response(status=500)}) as site:
        failure = await fetch(site.url(), identity=Identity(site.host, **SECRETS))
    assert "geheim-1" in site.requests[0].headers["x-key"]
    assert "geheim" not in f"{identity!r} {failure!r} {caplog.text}"


@pytest.mark.parametrize(("name", "value"), [("X-Key", "geheim\r\nX: y"), ("X-Key", "geheim "), ("X Key", "geheim")])
def test_a_secret_that_cannot_be_sent_is_refused_without_being_quoted(name, value):
    with pytest.raises(ValueError, match=f"'{name}'") as error:
        Identity("paper.test", headers=((name, value),))
    assert "geheim" not in str(error.value)


async def test_a_cookie_set_on_the_way_comes_back_within_that_fetch_and_to_that_site_only():
    def door(request):
        if "door=open" in request.headers.get("cookie", ""):
            return "in"
        return Response(headers={"Location": "/", "Set-Cookie": "door=open; Path=/; HttpOnly"}, status=302)

    with Site({"/": door}) as site, Site() as other:
        other.routes["/"] = Response(headers={"Location": site.url(), "Set-Cookie": "other=1"}, status=302)
        async with fetcher() as client:
            assert (await client.get(other.url(), max_bytes=MB)).body == b"in"
            await client.get(site.url(), max_bytes=MB)
    assert [request.headers.get("cookie") for request in site.requests] == [None, "door=open", None, "door=open"]


WALL = "<html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"


@pytest.mark.parametrize("status", [202, 403, 429, 503])
async def test_a_check_for_robots_is_blocked_whatever_its_status(status):
    with Site({"/a": Response(WALL, {"Server": "cloudflare"}, status)}) as site:
        failure = await fetch(site.url("/a"))
    assert (failure.stage, failure.reason) == (Stage.FETCH, "blocked")
    assert "Cloudflare shows a check for robots" in failure.detail


@pytest.mark.parametrize("status", [202, 429, 503])
async def test_a_check_that_says_when_to_come_back_is_believed(status):
    with Site({"/a": Response(WALL, {"Retry-After": "90"}, status)}) as site:
        failure = await fetch(site.url("/a"))
    assert (failure.reason, failure.retry_at) == ("blocked", NOW + timedelta(seconds=90))


@pytest.mark.parametrize(("status", "reason"), [(404, "not-found"), (410, "gone"), (500, "server-error")])
async def test_a_status_that_means_what_it_says_is_no_check(status, reason):
    with Site({"/a": Response(WALL, {"X-DataDome": "protected"}, status)}) as site:
        assert (await fetch(site.url("/a"))).reason == reason


async def test_a_robots_txt_is_judged_by_its_status_alone():
    with Site({"/robots.txt": Response(WALL, {"CF-Mitigated": "challenge"}, 403)}) as site:
        assert (await fetch(site.url("/robots.txt"))).reason == "forbidden"
        site.routes["/robots.txt"] = redirect("/consent")
        site.routes["/consent"] = "User-agent: *"
        assert isinstance(await fetch(site.url("/robots.txt")), Page)


@pytest.mark.parametrize("size", [70_000, 5_000_000])
async def test_a_refusals_body_is_read_only_in_part(size):
    with Site(
        {"/a": Response("x" * size, {"CF-Mitigated": "challenge"}, 403), "/b": Response("x" * size, {}, 403)}
    ) as site:
        assert (await fetch(site.url("/a"))).reason == "blocked"
        assert (await fetch(site.url("/b"))).reason == "forbidden"


async def test_a_refusal_whose_body_breaks_off_is_still_a_refusal():
    def broken(request, connection):
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 100000\r\n\r\n<p>half")

    with Site({"/a": Raw(broken)}) as site:
        assert (await fetch(site.url("/a"))).reason == "forbidden"


async def test_a_redirect_to_a_consent_form_is_blocked_and_not_followed():
    with Site({"/a": redirect("/consent?back=/a"), "/consent": "<p>We and our partners"}) as site:
        failure = await fetch(site.url("/a"))
    assert failure.reason == "blocked"
    assert "consent form" in failure.detail
    assert site.paths == ["/a"]


async def test_an_article_sent_to_another_hosts_front_page_is_a_soft_404():
    with Site({"/": "front"}) as other, Site({"/2026/11/tram-line": redirect(other.url("/"))}) as site:
        failure = await fetch(site.url("/2026/11/tram-line"))
    assert failure.reason == "soft-404"
    assert other.requests == []


async def test_of_too_many_headers_the_small_ones_are_kept():
    with Site(
        {"/": Response("home", [("X-Big", "x" * 32_000), ("X-Robots-Tag", "noarchive"), ("X-Big", "y" * 900)])}
    ) as site:
        page = await fetch(site.url())
    assert page.header("x-robots-tag") == "noarchive"
    assert page.header("x-big") == "y" * 900
