"""What a raw page takes, and by which other pages: python -m tests.bench.size [--papers N] [--pages N] [--compact]

The same pages in the same order as WARC.gz keeps them (a gzip member a record, as WARC 1.1 asks), against what zstd
makes of them with siblings chosen in several ways, and what an archive's file has grown by. Pages are the labelled ones
(tests.bench.sets), where they are there, and those of invented papers (tests.bench.papers).

Prints how many times smaller than WARC.gz (level 9, the default of warcio and of wget) the pages are: those that are
not the first of their site by themselves, then all with the dictionaries that have to be kept for them, each
compressed by itself; and milliseconds of CPU a page. A way of choosing by which nearly each page would be a dictionary
shows what a chain might give, and nothing that can be kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
import uuid
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from archive import snapshots
from archive.snapshots import Dictionary, Packed
from tests.bench.papers.site import papers
from tests.bench.sets import SETS, bench_folder, labelled
from tests.bench.size_archive import kept

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HEADERS = (
    ("date", "Tue, 24 Nov 2026 12:00:00 GMT"),
    ("content-type", "text/html; charset=utf-8"),
    ("server", "nginx"),
    ("cache-control", "public, max-age=60, stale-while-revalidate=30"),
    ("vary", "Accept-Encoding, X-Forwarded-Proto"),
    ("x-frame-options", "SAMEORIGIN"),
    ("x-content-type-options", "nosniff"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains; preload"),
    ("content-security-policy", "upgrade-insecure-requests; frame-ancestors 'self'"),
    ("referrer-policy", "no-referrer-when-downgrade"),
    ("x-cache", "HIT, MISS"),
    ("x-timer", "S1795521600.123456,VS0,VE2"),
    ("accept-ranges", "bytes"),
    ("age", "17"),
)
"""As a news site behind a network of caches sends them; each page has an etag of its own besides."""
CRAWL = ("wcxb", "other")
"""Sets that one crawl fetched: their pages of one site are days or weeks apart, by nobody's word."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A page as it came."""

    url: str
    body: bytes
    at: datetime
    headers: tuple[tuple[str, str], ...]


Site = list[Sent]
Choice = Callable[[Sequence[Sent], Sent], Sequence[Sent]]
"""(the pages before, a page) → those that it is compressed against."""


@dataclass(slots=True)
class Sum:
    """Of all pages by one way."""

    bodies: int = 0
    later: int = 0
    """Of those that are not the first of their site."""
    dictionaries: int = 0
    pack: float = 0.0
    ready: float = 0.0
    unpack: float = 0.0
    cold: float = 0.0
    """With the dictionary to be unpacked, too."""
    seen: dict[tuple[str, ...], int] = field(default_factory=dict)
    """Dictionaries, by their pages' addresses → bytes."""


def sent(url: str, body: bytes, at: datetime) -> Sent:
    etag = hashlib.sha256(body).hexdigest()[:32]
    return Sent(url, body, at, (*HEADERS, ("content-length", str(len(body))), ("etag", f'"{etag}"')))


def warc_gz(page: Sent, level: int) -> int:
    """Bytes of a response's record, as warcio writes it."""
    head = "".join(f"{name}: {value}\r\n" for name, value in page.headers)
    block = f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + page.body
    digest = hashlib.sha1(page.body).hexdigest()  # as warcio does
    name = uuid.UUID(hex=hashlib.sha256(page.url.encode()).hexdigest()[:32])
    record = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{name}>\r\nWARC-Target-URI: {page.url}\r\n"
        f"WARC-Date: {page.at:%Y-%m-%dT%H:%M:%SZ}\r\nWARC-Payload-Digest: sha1:{digest}\r\n"
        f"WARC-Block-Digest: sha1:{hashlib.sha1(block).hexdigest()}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    packer = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    return len(packer.compress(record.encode() + block + b"\r\n\r\n") + packer.flush())


def alone(_before: Sequence[Sent], _page: Sent) -> Sequence[Sent]:
    return ()


def weekly(before: Sequence[Sent], page: Sent) -> Sequence[Sent]:
    """The first page, and a week later the next first one."""
    first = page
    for one in [*before, page]:
        if first is page or one.at - first.at >= timedelta(days=7):
            first = one
    return [first]


def last(count: int) -> Choice:
    return lambda before, _page: before[-count:]


def by_length(before: Sequence[Sent], page: Sent) -> Sequence[Sent]:
    return [min(before[-40:], key=lambda one: abs(len(one.body) - len(page.body)))] if before else []


def by_path(before: Sequence[Sent], page: Sent) -> Sequence[Sent]:
    """That with the most of the path in common, of these the last."""

    def common(one: Sent) -> int:
        pairs = zip(urlsplit(one.url).path.split("/"), urlsplit(page.url).path.split("/"), strict=False)
        return next((at for at, (left, right) in enumerate(pairs) if left != right), 99)

    return [max(reversed(before[-40:]), key=common)] if before else []


def best(count: int) -> Choice:
    def choose(before: Sequence[Sent], page: Sent) -> Sequence[Sent]:
        few = before[-count:]
        taken = [len(Dictionary(one.body, 0).pack(page.body).body) for one in few]
        return [few[taken.index(min(taken))]] if few else []

    return choose


WAYS: dict[str, Choice] = {
    "none": alone,
    "one page a week": weekly,
    "the last page": last(1),
    "nearest by length": by_length,
    "nearest by path": by_path,
    "the last 2 together": last(2),
    "the last 3 together": last(3),
    "the last 4 together": last(4),
    "the best of the last 4": best(4),
}


def by_a_way(sites: Iterable[Site], choose: Choice) -> Sum:
    """All pages, each against what the way chooses; only ``pack`` and later are timed, not the choice."""
    total = Sum()
    for site in sites:
        for at, page in enumerate(site):
            before = total.bodies
            _pack(total, choose(site[:at], page), page)
            total.later += total.bodies - before if at else 0
    total.dictionaries = sum(total.seen.values())
    return total


def _pack(total: Sum, siblings: Sequence[Sent], page: Sent) -> None:
    content = snapshots.together([one.body for one in siblings]) if siblings else b""
    shelf = snapshots.compress(content)
    begun = time.process_time()
    dictionary = Dictionary(content, len(shelf)) if content else None
    ready = time.process_time()
    packed = dictionary.pack(page.body) if dictionary else Packed(snapshots.compress(page.body), False, False)
    done = time.process_time()
    whole = snapshots.decompress(shelf) if packed.with_dictionary else None
    warm = time.process_time()
    assert snapshots.decompress(packed.body, whole) == page.body
    end = time.process_time()
    total.bodies += len(packed.body)
    total.ready += ready - begun
    total.pack += done - ready
    total.unpack += end - warm
    total.cold += end - done
    if content:
        total.seen[tuple(one.url for one in siblings)] = len(shelf)


def labelled_sites(names: Sequence[str], *, single: bool) -> list[Site]:
    """The labelled pages of these sets by host, those with a date in its order."""
    found: dict[str, Site] = {}
    for name in names:
        for number, page in enumerate(labelled(bench_folder(), name)):
            host = urlsplit(page.url or "").netloc
            if host in ("", "fakehost", "web.archive.org"):
                host = f"{name}-{number}.example"
            at = NOW + timedelta(minutes=number)
            if name not in CRAWL and page.date:
                at = datetime.fromisoformat(page.date[:10]).replace(tzinfo=UTC)
            body = page.html.encode("utf-8", "surrogatepass")
            found.setdefault(host, []).append(sent(page.url or f"https://{host}/", body, at))
    return [sorted(site, key=lambda one: one.at) for site in found.values() if single or len(site) > 1]


def invented_sites(count: int, pages: int) -> list[Site]:
    """Invented papers, of each as many pages as it prints in a week, an hour or two apart."""
    sites = []
    for paper in papers(7, pages, count):
        step = timedelta(days=7) / (pages + 1)
        made = [paper.html(paper.sheet(number), paper.crawl_of(number)) for number in range(pages)]
        sites.append([sent(paper.address(at), body, NOW + at * step) for at, body in enumerate(made)])
    return sites


def show(title: str, sites: list[Site], ways: dict[str, Choice], *, compact: int) -> dict[str, object]:
    every = [page for site in sites for page in site]
    count, raw = len(every), sum(len(page.body) for page in every)
    begun = time.process_time()
    by_level = {level: sum(warc_gz(page, level) for page in every) for level in (6, 9)}
    spent = time.process_time() - begun
    reference, later = by_level[9], sum(warc_gz(page, 9) for site in sites for page in site[1:])
    print(f"\n{title}: {count} pages of {len(sites)} sites, {raw / count / 1000:.0f} kB each")
    print(f"WARC.gz: level 9 1/{raw / reference:.1f} of that, level 6 1/{raw / by_level[6]:.1f};", end=" ")
    print(f"{1000 * spent / 2 / count:.1f} ms a page")
    print(f"{'times smaller than WARC.gz':28}{'later':>8}{'all':>8}{'pack':>8}{'ready':>8}{'unpack':>8}{'cold':>8}")
    result: dict[str, object] = {"pages": count, "bytes": raw, "warc_gz": by_level}
    for name, choose in ways.items():
        total = by_a_way(sites, choose)
        ms = [1000 * one / count for one in (total.pack, total.ready, total.unpack, total.cold)]
        ratios = later / total.later, reference / (total.bodies + total.dictionaries)
        print(f"{name:28}" + "".join(f"{one:8.2f}" for one in (*ratios, *ms)))
        result[name] = [*ratios, *ms]
    for name, one in kept(sites, compact).items():
        ratios = later / one.later, reference / one.packed
        print(f"{name:28}{ratios[0]:8.2f}{ratios[1]:8.2f}{one.pack:8.2f}{'':16}{one.cold:8.2f}", end="")
        print(f"  the whole file {reference / one.file:.2f}")
        result[name] = [*ratios, one.pack, one.cold, reference / one.file]
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=16, help="invented papers")
    parser.add_argument("--pages", type=int, default=60, help="pages of each in a week")
    parser.add_argument("--compact", type=int, default=0, metavar="LEVEL", help="of 'cuttings compact'; its default")
    parser.add_argument("--only-archive", action="store_true", help="no other ways of choosing")
    parser.add_argument("--json", action="store_true", help="at the end, all of it as JSON")
    options = parser.parse_args()
    ways = {} if options.only_archive else WAYS
    sets = {"invented papers, a week": invented_sites(options.papers, options.pages)}
    if (bench_folder() / "data").is_dir():
        sets["labelled, same site, fetched by one crawl"] = labelled_sites(CRAWL, single=False)
        sets["labelled, same site, years apart"] = labelled_sites(("fundus", "trafilatura"), single=False)
        sets["labelled, all, most of them the only one of their site"] = labelled_sites(SETS, single=True)
    results = {title: show(title, sites, ways, compact=options.compact) for title, sites in sets.items()}
    if options.json:
        print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
