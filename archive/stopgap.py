"""Stopgaps: what an article's page says now that is no new text of it, but stands in its place."""

from __future__ import annotations

import json
import sqlite3

from archive import learned, likeness, notes, offers, pages, truncated
from archive.dedupe import content_hash
from archive.garbled import is_garbled
from archive.models import Article, Failure, Page, Stage
from archive.noise import told
from archive.revisions import same_ends
from archive.rows import clean
from archive.standing import ENDS, is_wide
from archive.times import stamp
from archive.words import sentences

# A notice has hardly more letters. Who writes a text anew dates the page as before.
_NOTICE = 1_500
# Letters of a sentence that no other text has by chance, as "Read more." or "Photo: Reuters".
_SENTENCE = 20
# Letters of a text, from which on it has words enough to tell that another has none of them.
_TELLING = 600
_WIDE = 2.5
# Letters of a text that has too few words to be told apart by, and says what it has to of its headline.
_LINE = 200
# Lines that begin with a time of day, from which on a text is a live report.
_ENTRIES = 2
_LISTS = frozenset({"listing-like", "mostly-links"})
_DATED = ("json-ld:", "meta:", "microdata")
# Letters of an offer to subscribe, at most, below the beginning of a text; and of that beginning, at least.
_OFFER = 600
_BEGINNING = 40
# Share of a text that is shown at most where it is only begun. More, and its last paragraph may have been taken out.
_BEGUN = 0.7

_BLOCKED = (
    "It has the text of another article of this source now, or nothing of what it had: most likely a notice in place"
    " of it."
)
_BROKEN_OFF = (
    "It has the beginning of its text now, and something short in place of the rest: most likely a wall, or a fault of"
    " the site. The text is kept."
)
_ANOTHER = "It redirects to {}, another story. The text that was kept stays as it is."
_GARBLED = "Its letters beyond ASCII are garbled, as by a wrong encoding. The text that was kept stays as it is."
_PAYWALLED = "Only the beginning of its text is shown now, most likely to those who do not subscribe. The text is kept."


def of(db: sqlite3.Connection, article: int, said: Article, page: Page | None, url: str) -> Failure | None:
    """What an article's page says now, if it is no new text of it but stands in its place; else None.

    ``truncated``: the page is not closed, as it was before, and its text breaks off; or differs in another way, and
    did not the time before. ``paywalled``: a text that was whole is now only begun, for those who do not subscribe.
    ``blocked``: a consent wall, a challenge or a notice of a fault that passed for an article; it is the same for all
    of them, or has nothing in common with what was kept. ``bad-encoding``: it is the same but for letters that were
    garbled. ``soft-404``: its address leads to another story.
    """
    kept = db.execute("SELECT * FROM articles WHERE id = ?", [article]).fetchone()
    cut = page is not None and truncated.lost_its_end(db, kept, page)
    if not cut and content_hash(clean(said.text)) == kept["content_hash"]:
        return None
    read = learned.clean_of(db, said, kept["source"])
    if cut and (broken := truncated.again(db, kept, read, url)):
        return broken
    text = clean(read.text)
    new = content_hash(text)
    if new == kept["content_hash"]:
        return None
    if _is_begun(kept["text"], read, text) or _asks_to_subscribe(db, kept, text, page):
        return Failure(url, Stage.EXTRACT, "paywalled", _PAYWALLED)
    if _is_broken_off(kept, read, text):
        return Failure(url, Stage.EXTRACT, "blocked", _BROKEN_OFF)
    if is_garbled(text, kept["text"]):
        return Failure(url, Stage.FETCH, "bad-encoding", _GARBLED)
    if _is_anothers(db, article, new) or _is_notice(kept, read, text):
        if page is not None and page.final_url != page.url and _dated(read):  # no wall, but a story
            return Failure(url, Stage.FETCH, "soft-404", _ANOTHER.format(page.final_url))
        return Failure(url, Stage.EXTRACT, "blocked", _BLOCKED)
    return None


def _is_anothers(db: sqlite3.Connection, article: int, new: str) -> bool:
    row = db.execute(
        "SELECT 1 FROM articles AS a JOIN articles AS other ON other.source = a.source AND other.id != a.id"
        " AND other.content_hash = :new WHERE a.id = :id AND :new != :empty"
        " AND coalesce(other.duplicate_of, other.id) != coalesce(a.duplicate_of, a.id)",
        {"new": new, "id": article, "empty": content_hash("")},
    ).fetchone()
    return row is not None


def _is_begun(before: str, said: Article, text: str) -> bool:
    """Whether a text breaks off where it went on before."""
    closed = "paywalled" in said.quality.flags
    if closed and 2 * len(text) < len(before):
        return not _explains(text)
    old, new = told(before), told(text)
    shared, _ = same_ends(old, new)
    if shared > _BEGUN * len(old):
        return closed and shared == len(new) < len(old)
    rest = new[shared:].strip(" .[]")
    if not rest:
        return closed or new.endswith("...")
    return shared >= _BEGINNING and len(rest) <= _OFFER and notes.offers(rest)


def _is_broken_off(kept: sqlite3.Row, said: Article, text: str) -> bool:
    """Whether a text breaks off amid a sentence, or goes on, after its beginning, with what tells nothing of the rest.

    Who shortens a text ends it with a sentence of it, or dates it as changed.
    """
    old, new = told(kept["text"]), told(text)
    shared, _ = same_ends(old, new)
    rest, gone = new[shared:].strip(), old[shared:]
    if not rest:
        return _BEGINNING <= len(new) < len(old) and new[-1:] not in ENDS and old[-1:] in ENDS
    if not _BEGINNING <= shared <= _BEGUN * len(old) or len(rest) > min(_NOTICE, len(gone)):
        return False
    if _explains(text) or _is_renewed(kept, said) or any(line in old for line in map(told, sentences(rest)[1:])):
        return False
    short = len(rest) <= min(_OFFER, len(gone) / 2)
    return (likeness.share(rest, gone) or 0.0) < likeness.LARGELY if short else likeness.apart(rest, gone)


def _asks_to_subscribe(db: sqlite3.Connection, kept: sqlite3.Row, text: str, page: Page | None) -> bool:
    """Whether a text is the beginning of the one before, on a page that asks to subscribe as it did not before."""
    old, new = told(kept["text"]), told(text)
    begun = _BEGINNING <= len(new) <= _BEGUN * len(old) and old.startswith(new)
    return begun and page is not None and offers.are_new(page.body, pages.body(db, kept["snapshot"]))


def _is_notice(kept: sqlite3.Row, said: Article, text: str) -> bool:
    """Whether a text is of another matter than the one before it, on a page that does not say it was written anew."""
    before, title, now = kept["text"], told(kept["title"]), told(said.title)
    if _explains(text) or _goes_on(before, text) or (_is_live(before) and _is_live(text)):
        return False
    bare = told(text).replace(title, "")  # a page not found may say what was looked for
    tells = likeness.share(title, f"{now.replace(title, '')}\n{bare}")
    strange = tells is not None and tells < likeness.HARDLY
    apart = likeness.apart(bare, told(before))
    small, fewer = len(text) <= _NOTICE, 2 * len(text) < len(before)
    listed = apart and not _LISTS.isdisjoint(said.quality.flags) and _LISTS.isdisjoint(json.loads(kept["flags"]))
    published = _dated(said)
    if published and kept["published"] is not None and published[:10] != kept["published"][:10]:
        return strange and apart and said.url != kept["url"]  # another story, to which this one's address leads
    if published:
        # The head is the article's, the body is not: a wall, or a list, that was put into its page. What tells its
        # headline as much as what was kept, or more, is its text: the wall may have been there first.
        if tells is not None and tells >= likeness.LARGELY and (small or tells >= (likeness.share(title, before) or 0)):
            return False
        telling, renewed = _size(before) >= _TELLING, _is_renewed(kept, said)
        if title != now:
            return telling and apart and not renewed and (strange or likeness.strange(title, now))
        if strange and telling and (apart or _size(bare) <= _LINE):
            return True
        return apart and (listed or (fewer and small) or (telling and not renewed))
    if said.published is None and (kept["published_how"] or "").startswith(_DATED):
        # Who gave dates gives them to what is written anew. A wall may say a word of any title: "in the first week".
        return apart or likeness.strange(title, now)
    return (strange and small) or listed or (apart and title == now and fewer and _size(before) >= _TELLING)


def _size(text: str) -> float:
    """Letters of a text, as many as one in a script with blanks has that says as much."""
    return len(text) * (_WIDE if is_wide(text) else 1)


def _is_live(text: str) -> bool:
    """Whether it is a live report, whose entries come and go."""
    return sum(notes.is_entry(told(line)) for line in text.split("\n")) >= _ENTRIES


def _dated(said: Article) -> str:
    """When it was published, by what the page tells machines; else empty."""
    return stamp(said.published) if said.published is not None and said.published.how.startswith(_DATED) else ""


def _goes_on(before: str, text: str) -> bool:
    """Whether a text has a sentence of the one before, or of short ones as many as make a quarter of it."""
    was, now = ({told(line) for line in sentences(some)} for some in (before, text))
    common = [len(line) for line in was & now]
    return max(common, default=0) >= _SENTENCE or 4 * sum(common) >= sum(map(len, now)) > 0


def _is_renewed(kept: sqlite3.Row, said: Article) -> bool:
    """Whether a page dates the last change of it later than it did."""
    return said.modified is not None and stamp(said.modified) > (kept["modified"] or "")


def _explains(text: str) -> bool:
    """Whether a text is the publisher's own word on the article: that it was corrected, or taken back."""
    lines = [told(line) for line in text.split("\n")]
    return any(notes.is_labelled(line) or notes.note(line) == "correction" for line in lines)
