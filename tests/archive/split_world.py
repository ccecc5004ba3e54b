"""An archive to be split: years, sources and all that ties articles to one another; and ways to look at it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kept import TEXT, TWO, Kept, article, at, link, page
from sealed import ROBOTS, fetched, reread

from archive.database import reading
from archive.models import Block, Failure, Inline, Kind, Link, Precision, Stage
from archive.tasks import Host, Site

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
AMP = "https://news.example/amp/7654321"
LONG = " ".join(f"word{number} of the long story" for number in range(60))


def put(kept: Kept, url: str, text: str, **fields) -> None:
    """Store an article, of whatever source its URL says."""
    source = url.split("/")[2].split(".", maxsplit=1)[0]
    said = article(url, text, **({"published": at(kept.now)} | fields))
    if not kept.rows("SELECT 1 FROM links WHERE url = ?", url):
        kept.enqueue(Link(url, source, f"https://{source}.example/feed", said.title))
    number = sum(url.encode())
    kept.store(url, said, replace(fetched(number, text.encode()), url=url, final_url=url))


def world(path: Path) -> None:
    """See the comments."""
    kept = Kept(path)
    kept.archive.sync_sources(TWO, kept.now)
    for name in ("news.example", "other.example"):
        host = Host(name, 200, ROBOTS, kept.now, good_body=ROBOTS, good_at=kept.now)
        kept.archive.keep_host(host, Site(name), kept.now)
    kept.now = datetime(2024, 3, 1, 12, tzinfo=UTC)
    put(kept, "https://news.example/1", LONG, tags=("Bridges", "Rivers"), authors=("Ada Fields", "Bo Lin"))
    put(kept, "https://other.example/1", LONG, title="The same elsewhere")  # word for word
    put(kept, "https://news.example/2", f"{TEXT} 2", published=at(kept.now, Precision.YEAR))
    put(kept, "https://news.example/3", f"{TEXT} 3", published=None)
    put(kept, "https://news.example/4", f"{TEXT} 4", published=at(datetime(2023, 12, 31, tzinfo=UTC), Precision.DAY))
    put(kept, "https://news.example/7654321", f"{TEXT} 5", addresses=(("amp", AMP),))
    put(kept, "https://news.example/old", f"{TEXT} 6", published=at(datetime(1, 1, 1, tzinfo=UTC), Precision.DAY))
    put(kept, "https://news.example/far", f"{TEXT} 7", published=at(datetime(9999, 12, 31, tzinfo=UTC), Precision.DAY))
    kept.now = datetime(2025, 6, 1, 12, tzinfo=UTC)
    put(kept, "https://news.example/1", f"{LONG}\n\nAn earlier version of this story was wrong about the river.")
    put(kept, "https://news.example/5", f"{LONG} and more", title="Nearly the same")
    put(kept, "https://other.example/5", f"{LONG} and more", title="Nearly the same, again")
    put(kept, "https://other.example/6", LONG, title="The same, a year later")
    put(kept, "https://other.example/7", LONG, title="The same, a year later, twice")
    gone = "https://news.example/2"
    kept.store(gone, Failure(gone, Stage.FETCH, "gone"))
    kept.now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    put(
        kept,
        "https://news.example/8",
        "橋の工事が始まる。市は来年の春に完成すると発表した。",
        title="橋の工事",
        language="ja",
    )
    put(kept, "https://other.example/8", f"{TEXT} 8", tags=("Bridges",), authors=("Bo Lin",))
    put(kept, "https://other.example/9", LONG, title="The same, the third year")
    kept.enqueue(link("/waits"), link("/fails"))
    kept.store("https://news.example/fails", Failure("https://news.example/fails", Stage.FETCH, "not-found"))
    kept.archive.close()
    for title in ("Read anew",):
        reread(path, article=_id(path, "https://other.example/8"), title=title)
    around(kept)


def around(kept: Kept) -> None:
    """Rows that it takes days or people to come by."""
    first, last = _id(kept.path, "https://news.example/1"), _id(kept.path, "https://news.example/8")
    kept.write(
        "INSERT INTO watches (name, search, since, looked_article, looked_revision, configuration)"
        " VALUES ('bridge', '{\"query\": \"bridge\"}', '2024-01-01T00:00:00Z', ?, 99, 'x')",
        last + 1,
    )
    for number, article_id in enumerate((first, last), 1):
        kept.write(
            "INSERT INTO matches VALUES (?, 'bridge', ?, 1, '2026-11-24T12:00:00Z', 'A', 'p')", number, article_id
        )
        kept.write(
            "INSERT INTO deliveries (id, match, watch, receiver, due_at, message)"
            " VALUES (?, ?, 'bridge', 'email:1', '2026-11-24T12:00:00Z', 1)",
            number,
            number,
        )
    kept.write("INSERT INTO refused VALUES (?, '2026-11-24T12:00:00Z', '1', '', 0, 'too-short', '')", first)
    kept.write("INSERT INTO addresses VALUES ('https://news.example/', NULL, 'shared', '2024', '2024')")
    kept.write(
        "INSERT INTO boilerplate (source, kind, state, sample, pages, first_seen, last_seen, mark)"
        " VALUES ('news', 'text', 'learned', 'Sign up', 9, '2024', '2026', 77)"
    )
    kept.write("INSERT INTO runs (command, started) VALUES ('daemon', '2026-11-24T11:00:00Z')")
    kept.write("UPDATE sites SET leased_by = 'x:1', leased_until = '2026-11-24T13:00:00Z'")


def _id(path: Path, url: str) -> int:
    return rows(path, "SELECT id FROM articles WHERE url = ?", url)[0][0]


def rows(path: Path, sql: str, *args) -> list[tuple]:
    with reading(path) as db:
        return [tuple(row) for row in db.execute(sql, args)]


def blocks(text: str) -> tuple[Block, ...]:
    return (Block(Kind.PARAGRAPH, (Inline(text),)),)


__all__ = ["AMP", "LONG", "NOW", "page", "put", "rows", "world"]
