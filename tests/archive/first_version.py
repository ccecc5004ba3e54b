"""Makes ``first-version.db.gz``: a small archive that has something of everything, made by crawling invented sites.

    python -m tests.archive.first_version tests/archive/first-version.db.gz

It was run once, with the first version's tables (migration m001 alone), and its file is kept: every later version has
to open it. To run it again would make a file of today's tables, which is no test of an old one.
"""

from __future__ import annotations

import gzip
import os
import pickle
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from config.models import Config, Politeness, Source
from crawler.once import all_sources, crawl_once, scope_of
from tests.publisher import Story, feed, publish
from tests.site import Raw, Response, Site

SOURCES = ("town", "harbour", "busy", "down", "slow", "left")
"""Each has a site of its own."""
QUICK = Politeness(delay=0.0, jitter=0.0)
KILLED = """
import pickle, socket, sys
from pathlib import Path
socket.gethostname = lambda: "elsewhere"
from crawler.once import all_sources, crawl_once
config = pickle.loads(Path(sys.argv[2]).read_bytes())
crawl_once(Path(sys.argv[1]), config, all_sources(config), due_only=True)
"""


def config(sites: dict[str, Site], *names: str) -> Config:
    """The sources of these names, each with its site's feed; the harbour has a sitemap and a section as well."""
    more = {"sitemaps": (sites["harbour"].url("/sitemap.xml"),), "sections": (sites["harbour"].url("/topics"),)}
    sources = tuple(
        Source(
            name,
            sites[name].url("/"),
            f"The {name.title()} Paper",
            language="en",
            country="GB",
            feeds=(sites[name].url("/feed.xml"),),
            politeness=QUICK,
            **(more if name == "harbour" else {}),
        )
        for name in names
    )
    return Config(allow_private=True, politeness=QUICK, sources=sources)


def crawl(db: Path, config: Config, *targets: str, **options) -> None:
    crawl_once(db, config, scope_of(config, targets)[0] if targets else all_sources(config), **options)


def first_day(sites: dict[str, Site]) -> None:
    """Articles, one of them at two sites and one under two URLs; pages that are none; what robots.txt forbids."""
    town, harbour, busy, slow = (sites[name] for name in ("town", "harbour", "busy", "slow"))
    publish(town, [Story(n) for n in range(9)])
    town.routes["/robots.txt"] = Response(
        f"# ours\nUser-agent: *\nCrawl-delay: 0.1\nDisallow: {Story(8).path}\nSitemap: {town.url('/sitemap.xml')}\n",
        {"Content-Type": "text/plain"},
    )
    town.routes["/feed.xml"] = replace(town.routes["/feed.xml"], headers={"ETag": '"1"', "Content-Type": "text/xml"})
    town.routes["/news/7-council-decides"] = Response("down", status=500)
    town.routes["/news/6-council-decides"] = "<html><title>Soon</title><body><p>Soon more here.</p></body></html>"
    publish(harbour, [*(Story(n) for n in range(20, 26)), Story(3)])
    tags = '<meta property="article:tag" content="Harbour"><meta property="article:tag" content="Overbuilt"></head>'
    harbour.routes[Story(23).path] = Story(23).html().replace("</head>", tags)
    canonical = f'<link rel="canonical" href="{harbour.url(Story(20).path)}"></head>'
    harbour.routes["/mobile/20"] = Story(20).html().replace("</head>", canonical)
    harbour.routes["/sitemap.xml"] = Response(
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        + "".join(f"<url><loc>{harbour.url(path)}</loc></url>" for path in ("/mobile/20", Story(21).path))
        + "</urlset>",
        {"Content-Type": "text/xml"},
    )
    harbour.routes["/topics"] = Response("<rss>half", {"Content-Type": "text/xml"})
    publish(busy, [Story(40)])
    busy.routes[Story(40).path] = Response("", status=503, headers={"Retry-After": "86400"})
    publish(slow, [Story(60)])
    publish(sites["left"], [Story(80)])


def second_day(sites: dict[str, Site]) -> None:
    """Two articles are corrected, one of them twice by now, and one is taken down."""
    town, harbour = sites["town"], sites["harbour"]
    town.routes[Story(1).path] = Story(1, "An earlier version gave a wrong number of trees.").html()
    town.routes[Story(2).path] = Response("gone", status=410)
    harbour.routes[Story(22).path] = Story(22, "The mayor has since “resigned” — über Nacht, 一夜.").html()


def killed(db: Path, config: Config, site: Site) -> None:
    """A crawl of what is due waits for a page of ``site`` and is killed: its host stays leased, its run never ends."""
    path = Story(60).path
    site.routes[path] = Raw(lambda _request, _connection: site.closing.wait(60))
    settings = db.with_suffix(".pickle")
    settings.write_bytes(pickle.dumps(config))
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(db), str(settings)])
    while path not in site.paths:
        site.closing.wait(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    settings.unlink()


def make(db: Path) -> None:
    sites = {name: Site() for name in SOURCES}
    socket.gethostname = lambda: "here"
    for name, site in sites.items():
        if name != "down":
            site.__enter__()
    sites["down"]._listener.close()
    everyone = config(sites, "town", "harbour", "busy", "down", "left")
    first_day(sites)
    crawl(db, everyone)
    town = sites["town"]
    town.routes[Story(1).path] = Story(1, "This was corrected.").html()
    crawl(db, config(sites, "town", "harbour", "busy", "down"), command="daemon")  # "left" is configured no more
    second_day(sites)
    crawl(db, config(sites, "town", "harbour"))
    town.routes["/feed.xml"] = feed(town, [Story(n) for n in range(100, 106)])
    publish(town, [Story(n) for n in range(100, 106)])
    crawl(db, config(sites, "town"), limit=2)
    crawl(db, config(sites, "town"), sites["left"].url("/news/none"))
    killed(db, config(sites, "town", "harbour", "busy", "down", "slow"), sites["slow"])
    for name, site in sites.items():
        if name != "down":
            site.__exit__(None, None, None)


def main(target: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder, "archive.db")
        make(db)
        connection = sqlite3.connect(db)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        Path(target).write_bytes(gzip.compress(db.read_bytes(), 9, mtime=0))


if __name__ == "__main__":
    os.environ["PYTHONPATH"] = str(Path.cwd())
    main(sys.argv[1])
