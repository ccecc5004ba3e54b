"""Letter: an e-mail with what a watch found, as text and as HTML. Pure.

What a publisher wrote is not trusted: a line break in a headline would begin a header of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from archive import passages
from archive.telling import Telling
from archive.times import when

_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
"""Controls, breaks of lines, and marks that turn the direction of text."""
LONGEST = 150
"""Characters of a headline in a subject."""


def line(text: str) -> str:
    """Text on one line that says what it seems to say."""
    return " ".join(_UNFIT.sub(" ", text).split())


def letter(watch: str, found: Sequence[Telling], sender: str, to: str, key: str, *, test: bool = False) -> EmailMessage:
    """One message with all that was found; ``key`` makes its Message-ID, the same each time that it is tried."""
    domain = sender.rpartition("@")[2]
    told = line(found[0].title)[:LONGEST] if len(found) == 1 else f"{len(found)} new articles"
    message = EmailMessage(policy.SMTP)
    message["From"] = Address("Cuttings", addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = f"{'[Test] ' if test else ''}{watch}: {told}"
    message["Date"] = format_datetime(max(when(one.at) for one in found).astimezone(UTC), usegmt=True)
    message["Message-ID"] = f"<{key}@{domain}>"
    message["List-Id"] = f"Cuttings watch {watch} <{watch}.watch.cuttings.{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_text(watch, found, test=test))
    message.add_alternative(_html(watch, found, test=test), subtype="html")
    return message


def _introduction(watch: str, *, test: bool) -> str:
    return f"A test of the watch {watch}: nothing new was found." if test else f"Found by the watch {watch}."


def _facts(one: Telling) -> str:
    facts = (one.source, one.byline, one.published or f"first seen {one.first_seen}")
    return line(" · ".join(filter(None, facts)))


def _copy(one: Telling) -> str:
    if not one.copy_of:
        return ""
    return line(f"A copy of {one.copy_of['title']} ({one.copy_of['source']}): {one.copy_of['url']}")


def _text(watch: str, found: Sequence[Telling], *, test: bool) -> str:
    parts = [_introduction(watch, test=test)]
    for one in found:
        passage = line(passages.plain(one.passage, ("*", "*")))
        parts.append("\n".join(filter(None, (line(one.title), _facts(one), _copy(one), line(one.url), passage))))
    return "\n\n".join(parts) + "\n"


def _html(watch: str, found: Sequence[Telling], *, test: bool) -> str:
    parts = [f"<p>{escape(_introduction(watch, test=test))}</p>"]
    for one in found:
        title = escape(line(one.title))
        if one.url.startswith(("https://", "http://")):
            title = f'<a href="{escape(line(one.url))}">{title}</a>'
        copy = f"<br>{escape(_copy(one))}" if one.copy_of else ""
        passage = _UNFIT.sub(" ", passages.html(one.passage))
        parts.append(f'<h2 dir="auto">{title}</h2>\n<p>{escape(_facts(one))}{copy}</p>\n<p dir="auto">{passage}</p>')
    body = "\n".join(parts)
    return f'<!doctype html>\n<html><head><meta charset="utf-8"></head><body>\n{body}\n</body></html>\n'
