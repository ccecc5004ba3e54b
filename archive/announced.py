"""Announced: the date that a feed or sitemap gives at a later look for an article that is kept already."""

from __future__ import annotations

import json
import sqlite3

from archive import dates, doubts
from archive.models import Precision, Stamp
from archive.rows import update
from archive.times import stamp, when


def differs(link: sqlite3.Row, said: Stamp) -> bool:
    """Whether it is more than a day from what the link's row says."""
    if not link["published"] or link["published"] == stamp(said):
        return not link["published"]
    return not dates.agree((Stamp(when(link["published"]), Precision(link["published_precision"]), "link"), said))


def note(db: sqlite3.Connection, article: int, said: Stamp) -> None:
    """Put it among the article's dates, whose ``published`` stays: what was read can't be published later."""
    row = db.execute("SELECT dates, flags FROM articles WHERE id = ?", [article]).fetchone()
    kept = dates.loads(row["dates"])
    known = dates.with_another(kept, said)
    if known == kept:
        return
    flags = set(json.loads(row["flags"])) | (set() if dates.agree(known) else {"dates-disagree"})
    told = doubts.ordered(flags)
    update(db, "articles", article, dates=dates.dumps(known), flags=json.dumps(told), quality=doubts.score(told))
