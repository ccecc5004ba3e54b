"""A real archive with a few articles, some of them hostile."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import zstandard
from sqlite_utils import Database

from archive.blocks import dumps
from archive.index import keep
from archive.models import Block, Inline, Kind
from archive.schema import migrations

SCRIPT = "<script>document.title='owned'</script>"
SEEN = "2026-11-24T09:00:00Z"
HOSTILE_TITLE = f"\u202eesrever {SCRIPT}<img src=http://203.0.113.9/t.gif onerror=alert(1)>\x07"
PAGE = f'<!doctype html><meta charset="iso-8859-1"><title>Caf\u00e9</title>{SCRIPT}<p>Fa\u00e7ade'.encode("latin-1")

OUTSIDE = "http://203.0.113.9"
HOSTILE_PAGE = f"""<!doctype html><html lang=en><head><title>Old</title>{SCRIPT}
<meta http-equiv=refresh content="0;url={OUTSIDE}/refresh"><base href="{OUTSIDE}/">
<link rel=preconnect href="{OUTSIDE}"><link rel=dns-prefetch href="{OUTSIDE}">
<link rel=stylesheet href="{OUTSIDE}/a.css"><link rel=prefetch href="{OUTSIDE}/next">
<link rel=icon href="{OUTSIDE}/i.ico"><script src="{OUTSIDE}/s.js"></script>
<style>@import "{OUTSIDE}/b.css"; h1 {{ color: rgb(1, 2, 3); background: url({OUTSIDE}/bg.png) }}
p {{ background: \\75rl("{OUTSIDE}/esc.png") }} @font-face {{ font-family: x; src: url("{OUTSIDE}/f.woff") }}</style>
</head><body onload="document.title='owned'" background="{OUTSIDE}/body.png"><h1>As it was</h1>
<p style="font-family: x; background: image-set('{OUTSIDE}/set.png' 1x)">Its text.
<a href="{OUTSIDE}/go" ping="{OUTSIDE}/ping">on</a> <a id=bad href="javascript:document.title='owned'">bad</a></p>
<img src="{OUTSIDE}/t.gif" srcset="{OUTSIDE}/t2.gif 2x" onerror="document.title='owned'" alt="a picture">
<picture><source srcset="{OUTSIDE}/p.webp"><img src="{OUTSIDE}/p.png"></picture>
<video src="{OUTSIDE}/v.mp4" autoplay></video><audio src="{OUTSIDE}/a.mp3" autoplay></audio>
<iframe src="{OUTSIDE}/frame"></iframe><object data="{OUTSIDE}/o"></object><embed src="{OUTSIDE}/e">
<svg onload="document.title='owned'"><image href="{OUTSIDE}/svg.png"/></svg>
<form action="{OUTSIDE}/form"><input autofocus onfocus="document.title='owned'"></form>
<noscript><img src="{OUTSIDE}/pixel.gif"></noscript></body></html>""".encode()
"""A page that asks for something outside in every way there is, and runs what it can."""


def paragraphs(*texts: str) -> tuple[Block, ...]:
    return tuple(Block(Kind.PARAGRAPH, (Inline(text),)) for text in texts)


def add(db: Database, **fields: object) -> int:
    """Insert an article with sensible values for what is not given; blocks are made of the text if need be."""
    text = str(fields.get("text", "One paragraph."))
    row = {
        "source": "herald",
        "title": "A title",
        "published": "2026-11-23T08:15:00Z",
        "published_precision": "minute",
        "published_how": "json-ld:datePublished",
        "language": "en",
        "text": text,
        "blocks": dumps(paragraphs(*text.split("\n\n"))),
        "word_count": len(text.split()),
        "content_hash": text[:20],
        "first_seen": SEEN,
        "last_seen": "2026-11-24T10:00:00Z",
        "extractor": "1",
    } | fields
    row.setdefault("url", f"https://herald.example/{db['articles'].count + 1}")
    return db["articles"].insert(row).last_pk


def snapshot(db: Database, page: bytes = PAGE, *, headers: str = "[]") -> int:
    return (
        db["snapshots"]
        .insert(
            {
                "url": "https://herald.example/1",
                "final_url": "https://herald.example/1",
                "fetched_at": SEEN,
                "status": 200,
                "headers": headers,
                "size": len(page),
                "sha256": sha256(page).hexdigest(),
                "body": zstandard.compress(page),
            }
        )
        .last_pk
    )


def empty(path: Path) -> Database:
    db = Database(path)
    db.enable_wal()
    migrations.apply(db)
    return db


def around(db: Database) -> None:
    """What else the pages show: a source's days, its listings and alarms, runs, and what others were found to say."""
    for day in range(1, 25):
        db["days"].insert({
            "source": "herald", "day": f"2026-11-{day:02}", "looks": 24, "looks_failed": day % 5 == 0, "fetched": 9,
            "failed": day % 3, "new": day % 7, "revised": 1, "words": 900 * (day % 7), "signed": day % 7, "dated": 3,
            "kept": 5000, "dropped": 700, "hours": json.dumps({"8": 2, "17": [1, 2]}) if day > 1 else "broken",
        })  # fmt: skip
    for kind, ended in (("silence", None), ("drift", "2026-11-02T00:00:00Z")):
        db["alarms"].insert({
            "source": "evil", "kind": kind, "began": "2026-11-01T00:00:00Z", "noticed": SEEN, "ended": ended,
            "sentence": f"Nothing new {SCRIPT} for two days.", "evidence": "{}",
        })  # fmt: skip
    db["feeds"].insert({
        "source": "evil", "url": "javascript:alert(7)", "host": "evil.example", "kind": "feed", "failures": 3,
        "problem": f"no feed {SCRIPT}", "due_at": "2026-11-25T00:00:00Z",
    })  # fmt: skip
    db["runs"].insert({"command": "daemon", "started": SEEN, "fetched": 12345, "new": 3})
    for state, reason in (("waiting", ""), ("failed", SCRIPT)):
        db["links"].insert({
            "url": f"https://evil.example/{state}", "host": "evil.example", "source": "evil", "state": state,
            "reason": reason, "first_seen": SEEN, "last_listed": SEEN, "site": "evil.example",
        })  # fmt: skip
    db["sites"].insert({"site": "evil.example", "errors": 2, "next_at": "2999-01-01T00:00:00.000Z"})
    db["hosts"].insert({"host": "www.evil.example", "site": "evil.example", "parked": f"robots {SCRIPT}"})
    for name, search, configured in (
        ("harbour", json.dumps({"query": "harbour", "tag": SCRIPT, "sources": ["evil"]}), 1),
        ("old", "broken", 0),
    ):
        db["watches"].insert({
            "name": name, "search": search, "configured": configured, "since": SEEN, "looked_article": 1,
            "looked_revision": 0, "configuration": "x",
        })  # fmt: skip
    db["matches"].insert({
        "watch": "harbour", "article": 2, "revision": 1, "at": SEEN, "title": HOSTILE_TITLE,
        "passage": f"\x02harbour\x03 {SCRIPT}",
    })  # fmt: skip
    db["deliveries"].insert({
        "match": 1, "watch": "harbour", "receiver": "webhook", "due_at": SEEN, "problem": f"It said {SCRIPT}.",
    })  # fmt: skip
    db["addresses"].insert({
        "url": "javascript:alert(8)", "article": 1, "kind": "amp", "first_seen": SEEN, "last_seen": SEEN,
    })  # fmt: skip


def fill(db: Database) -> None:
    """Article 1 was edited, 2 is hostile, 3 repeats 1, 4 is Arabic and removed, 5 has no date, 6 is Japanese."""
    for name, title in (("herald", "The Bay Herald"), ("evil", f"{SCRIPT}Evil")):
        db["sources"].insert({"name": name, "title": title, "home": "javascript:alert(1)", "added": SEEN})
    blocks = (
        Block(Kind.PARAGRAPH, (Inline("The harbour council voted "), Inline("on Monday", strong=True), Inline("."))),
        Block(Kind.HEADING, (Inline("What comes next"),), level=2),
        Block(Kind.FIGURE, (Inline("The old pier."),), url="https://cdn.herald.example/pier.jpg"),
        Block(Kind.PARAGRAPH, (Inline("See "), Inline("the minutes", href="https://council.example/m"), Inline("."))),
    )
    text = "\n\n".join(filter(None, (block.text for block in blocks)))
    add(
        db,
        title="Harbour council votes",
        text=text,
        blocks=dumps(blocks),
        section="Local",
        byline="Ada Byron",
        description="A narrow vote after a long night.",
        image="https://cdn.herald.example/lead.jpg",
        revision=2,
        snapshot=snapshot(db),
        evidence=json.dumps({"title": "og:title", "published": "json-ld:datePublished"}),
        dropped=json.dumps([["notice:newsletter", f"Sign up now {SCRIPT}"]]),
    )
    add(
        db,
        source="evil",
        title=HOSTILE_TITLE,
        url="javascript:alert(document.domain)",
        byline=f"{SCRIPT}Mallory",
        section='"><script>x</script>',
        language='en" onload="alert(1)',
        image="javascript:alert(2)",
        description="</p><iframe src=http://203.0.113.9/></iframe>",
        text=f"harbour {SCRIPT} http://203.0.113.9/x",
        blocks=json.dumps(
            [
                {"kind": "paragraph", "text": [{"text": f"harbour {SCRIPT}", "href": "javascript:alert(3)"}]},
                {"kind": "figure", "url": 'http://203.0.113.9/i.png"onload="alert(4)', "text": "<svg onload=alert(5)>"},
                {"kind": "code", "text": "</pre><script>document.title='owned'</script>"},
            ]
        ),
        published_how=SCRIPT,
        published_precision=SCRIPT,
        flags=json.dumps([SCRIPT]),
        evidence=json.dumps({SCRIPT: SCRIPT}),
        dropped=json.dumps([[SCRIPT, SCRIPT], "broken", 7]),
        extractor=SCRIPT,
        published="2026-11-22",
        snapshot=snapshot(db, HOSTILE_PAGE),
    )
    add(db, source="evil", title="Harbour council votes", text=text, duplicate_of=1, url="https://evil.example/copy")
    db.execute("UPDATE articles SET cluster = 1 WHERE id = 1 OR duplicate_of = 1")
    add(
        db,
        title="مجلس الميناء يصوت",
        text="صوت مجلس الميناء مساء الاثنين.",
        language="ar",
        published="2026-11-21T23:00:00Z",
        removed="2026-11-24T08:00:00Z",
    )
    add(db, title="No date at all", published=None, published_precision=None, published_how=None, text="Undated words.")
    japanese = {"title": "東京都知事が会見", "text": "東京都の知事は、港の計画について会見した。"}
    number = add(db, language="ja", published="2026-11-20", section="政治", **japanese)
    with db.conn:
        keep(db.conn, number, japanese)
    around(db)
    db["authors"].insert({"id": 1, "name": "Ada Byron"})
    db["article_authors"].insert({"article": 1, "author": 1, "position": 0})
    db["tags"].insert_all([{"id": 1, "name": "Harbour"}, {"id": 2, "name": SCRIPT}])
    db["article_tags"].insert_all([{"article": 1, "tag": 1}, {"article": 2, "tag": 2}])
    for number, title, words in (
        (1, "Harbour council to vote", "The harbour council will vote on Monday."),
        (2, "Harbour council votes", text),
    ):
        db["revisions"].insert(
            {
                "article": 1,
                "number": number,
                "seen_at": f"2026-11-24T{8 + number:02}:00:00Z",
                "change": "first" if number == 1 else "edit",
                "title": title,
                "text": words,
                "content_hash": str(number),
                "snapshot": 1,
            }
        )
    db["boilerplate"].insert({
        "source": "herald", "reason": "notice:newsletter", "sample": "Sign up now", "kind": "text", "state": "learned",
        "mark": 1, "pages": 3, "first_seen": SEEN, "last_seen": SEEN,
    })  # fmt: skip
    db["fetches"].insert({
        "at": SEEN, "source": "evil", "host": "evil.example", "url": "javascript:alert(6)",
        "kind": "article", "outcome": "failed", "stage": "fetch", "reason": SCRIPT, "detail": SCRIPT,
    })  # fmt: skip
