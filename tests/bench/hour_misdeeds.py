"""Misdeeds: what the misbehaving sites of tests.bench.hour do, each a function that makes a Site an ill one."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable

from tests.bench.hour_ill import FOREVER, XML, A, B, C, Ill, now
from tests.bench.hour_listings import (
    a_hundred_thousand_entries,
    an_index_of_itself,
    crawl_delay,
    entities,
    fifty_megabytes,
    long_urls,
    robots_errors,
    robots_of_5_megabytes,
    ten_million_urls,
    too_many_requests,
    trap,
    year_9999,
)
from tests.bench.hour_papers import Fresh, Tempo, Told, atom
from tests.beside import rss
from tests.crawler.test_pool import NESTED, RULES
from tests.crawler.test_unhurt_answers import CHALLENGES, FORM, page
from tests.crawler.test_unhurt_network import MB, OK, bomb
from tests.site import Raw, Request, Response, Site, redirect, reset

UNSAID = frozenset({"timeout"})


def hold(request: Request, connection: socket.socket) -> None:
    """Say nothing for as long as the other side waits."""
    watch(connection, lambda: None)


def watch(connection: socket.socket, each: Callable[[], object], pause: float = 1.0) -> None:
    """Do something again and again until the other side is gone."""
    while not select.select([connection], [], [], pause)[0]:
        each()


def drip(request: Request, connection: socket.socket) -> None:
    connection.sendall(OK + b"Content-Length: 100000\r\n\r\n")
    watch(connection, lambda: connection.sendall(b"<"))


def never_answers(site: Site, tempo: Tempo) -> Ill:
    site.routes |= {"/robots.txt": Response(status=404), "/feed.xml": Raw(hold)}
    return Ill(reasons=UNSAID, says="Not complete after")


def never_answers_for_robots(site: Site, tempo: Tempo) -> Ill:
    site.routes |= {"/robots.txt": Raw(hold), "/feed.xml": rss(site, [A])}
    return Ill(reasons=frozenset({"robots-unreachable"}), says="cannot be reached", barred=FOREVER)


def drips(site: Site, tempo: Tempo) -> Ill:
    site.routes |= {"/feed.xml": rss(site, [A]), A: Raw(drip), "/map.xml": Raw(drip)}
    return Ill({"sitemaps": [site.url("/map.xml")]}, reasons=UNSAID, says="Not complete after")


def resets(site: Site, tempo: Tempo) -> Ill:
    def break_off(request: Request, connection: socket.socket) -> None:
        connection.sendall(OK + b"Content-Length: 100000\r\n\r\n" + Fresh(900_001).html().encode())
        reset(connection)

    site.routes |= {"/feed.xml": rss(site, [A]), A: Raw(break_off), "/map.xml": Raw(break_off)}
    return Ill({"sitemaps": [site.url("/map.xml")]}, reasons=frozenset({"unreachable"}))


def miscounts(site: Site, tempo: Tempo) -> Ill:
    """One Content-Length is more than comes, one is less."""
    story = Fresh(900_002, at=now())
    body, tail = story.html().encode(), b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"

    def answer(length: int, sent: bytes) -> Raw:
        return Raw(lambda request, to: to.sendall(OK + b"Content-Length: %d\r\n\r\n" % length + sent))

    site.routes |= {"/feed.xml": rss(site, [A, B]), A: answer(len(body) + 9, body), B: answer(len(body), body + tail)}
    return Ill(keeps=(story,), reasons=frozenset({"unreachable"}))


def floods(site: Site, tempo: Tempo) -> Ill:
    def endless(request: Request, connection: socket.socket) -> None:
        connection.sendall(OK + b"\r\n")
        while True:
            connection.sendall(b"<p>and more and more</p>\n" * 2_000)

    site.routes |= {"/feed.xml": rss(site, [A]), A: Raw(endless), "/map.xml": Raw(endless)}
    return Ill({"sitemaps": [site.url("/map.xml")]}, reasons=frozenset({"too-large"}), says="more than the")


def bombs(site: Site, tempo: Tempo) -> Ill:
    packs = {kind: bomb(kind) for kind in ("gzip", "br", "zstd")}
    for kind, packed in packs.items():
        site.routes[f"/news/1-bad-{kind}-story"] = Response(packed, {"Content-Encoding": kind})
        site.routes[f"/{kind}.xml"] = Response(packed, {"Content-Encoding": kind, **XML})
    site.routes["/file.xml.gz"] = Response(packs["gzip"], {"Content-Type": "application/gzip"})
    lists = [site.url(path) for path in site.routes if ".xml" in path]
    site.routes["/feed.xml"] = rss(site, [path for path in site.routes if "news" in path])
    return Ill({"sitemaps": lists}, reasons=frozenset({"too-large"}), says="more than the")


def circles(site: Site, tempo: Tempo) -> Ill:
    site.routes |= {"/feed.xml": rss(site, [A, C]), A: redirect(B), B: redirect(A), C: redirect(C)}
    return Ill(reasons=frozenset({"too-many-redirects"}))


def leads_to_no_web_address(site: Site, tempo: Tempo) -> Ill:
    targets = ("file:///etc/passwd", "javascript:alert(1)", "data:text/html,<p>x", "ftp://a/b", "//", "", "http://[")
    paths = [f"/news/{n}-bad-story-of-the-day" for n in range(len(targets))]
    site.routes |= {path: redirect(to) for path, to in zip(paths, targets, strict=True)}
    site.routes |= {"/feed.xml": rss(site, paths), "/map.xml": redirect("file:///etc/passwd")}
    return Ill({"sitemaps": [site.url("/map.xml")]}, reasons=frozenset({"bad-redirect"}), says="no http or https URL")


def a_megabyte_of_headers(site: Site, tempo: Tempo) -> Ill:
    site.routes |= {"/feed.xml": rss(site, [A]), A: Response(Fresh(900_003).html(), [("X-Big", "x" * MB)])}
    site.routes["/map.xml"] = Response("<urlset/>", [("X-Big", "x" * MB)])
    return Ill({"sitemaps": [site.url("/map.xml")]}, reasons=frozenset({"unreachable"}))


def cookies(site: Site, tempo: Tempo) -> Ill:
    story = Fresh(900_004, at=now())
    many = [("Set-Cookie", f"cookie{n}={'x' * 20}") for n in range(10_000)]
    site.routes |= {"/feed.xml": rss(site, [A, B]), A: Response(Fresh(900_005).html(), many)}
    site.routes[B] = Response(story.html(), many[:2_000])
    return Ill(keeps=(story,), reasons=frozenset({"unreachable"}))


def fallen(site: Site, number: int, answers: list) -> Ill:
    """Good stories first; then these answers in their place, and a feed that says that they changed."""
    stories = tuple(Fresh(number + n, at=now()) for n in range(len(answers)))
    told = [Told(story, 0) for story in stories]

    def publish() -> None:
        body, kind = atom(site, told)
        site.routes["/feed.xml"] = Response(body, {"Content-Type": kind})

    def fall() -> None:
        for one, answer in zip(told, answers, strict=True):
            one.updated = now()
            site.routes[one.story.path] = answer
        publish()

    site.routes |= {story.path: story.html() for story in stories}
    publish()
    return Ill(keeps=stories, stories=stories, falls=fall)


def challenges(site: Site, tempo: Tempo) -> Ill:
    ill = fallen(site, 910_000, list(CHALLENGES.values()))
    ill.reasons = frozenset({"blocked"})
    return ill


def consent(site: Site, tempo: Tempo) -> Ill:
    site.routes["/consent"] = FORM
    ill = fallen(site, 920_000, [redirect("/consent?back=/news"), Response(FORM), Response(FORM)])
    ill.reasons = frozenset({"blocked"})
    return ill


def soft_404s(site: Site, tempo: Tempo) -> Ill:
    front = page("The Paper", "".join(f"<p>{text}</p>" for n in range(3) for text in Fresh(n).paragraphs))
    site.routes |= {"/": front, "/news/": front, "/404.html": front}
    said = page("Page not found | The Paper", f"<h1>Sorry</h1><p>{'Try our front page instead. ' * 9}</p>")
    ill = fallen(site, 930_000, [Response(said), redirect("/"), redirect("/news/"), redirect("/404.html")])
    ill.reasons = frozenset({"soft-404"})
    return ill


def empties(site: Site, tempo: Tempo) -> Ill:
    nothing = [Response(""), Response("\n\n"), Response("<html><body>\n</body></html>")]
    ill = fallen(site, 940_000, nothing)
    ill.reasons = frozenset({"empty"})
    return ill


def notices(site: Site, tempo: Tempo) -> Ill:
    """The same article in place of all."""
    ill = fallen(site, 950_000, [Response(Fresh(950_900).html())] * 3)
    ill.keeps = None  # which of the first two it is written over is not ours to say
    return ill


def slow_to_read(site: Site, tempo: Tempo) -> Ill:
    site.routes |= {"/feed.xml": rss(site, [A, B]), A: NESTED, B: NESTED}
    return Ill({"rules": [{"body": RULES[0].body}]}, reasons=frozenset({"too-hard"}))


def half_open_tls(site: Site, tempo: Tempo) -> Ill:
    """It takes connections and never shakes hands; the port is not the site's, which answers plain HTTP."""
    silent = socket.create_server(("127.0.0.1", 0))
    url = f"https://127.0.0.1:{silent.getsockname()[1]}/feed.xml"
    source, reasons = {"home": url, "feeds": [url]}, frozenset({"robots-unreachable"})
    return Ill(source, reasons=reasons, says="cannot be reached", holds=(silent,))


def no_tls(site: Site, tempo: Tempo) -> Ill:
    url = site.url("/feed.xml").replace("http:", "https:")
    return Ill({"home": url, "feeds": [url]}, reasons=frozenset({"robots-unreachable"}), says="cannot be reached")


def to_and_fro(site: Site, tempo: Tempo) -> Ill:
    """With a second port of its own, each hop a new URL."""
    other = Site({"/robots.txt": Response(status=404)})
    other.__enter__()

    def on(to: Site) -> Callable[[Request], Response]:
        return lambda request: redirect(to.url(f"/hop?{int(request.query or 0) + 1}"))

    site.routes |= {"/feed.xml": rss(site, ["/hop?1"]), "/hop": on(other)}
    other.routes["/hop"] = on(site)
    return Ill(reasons=frozenset({"too-many-redirects"}), holds=(other,))


MISDEEDS: tuple[Callable[[Site, Tempo], Ill], ...] = (
    never_answers,
    never_answers_for_robots,
    drips,
    resets,
    miscounts,
    floods,
    bombs,
    circles,
    leads_to_no_web_address,
    a_megabyte_of_headers,
    cookies,
    challenges,
    consent,
    soft_404s,
    empties,
    notices,
    fifty_megabytes,
    a_hundred_thousand_entries,
    entities,
    an_index_of_itself,
    ten_million_urls,
    robots_of_5_megabytes,
    robots_errors,
    crawl_delay,
    too_many_requests,
    year_9999,
    long_urls,
    trap,
    slow_to_read,
    half_open_tls,
    no_tls,
    to_and_fro,
)
