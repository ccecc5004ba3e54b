"""Charset: bytes of a page into text, by what they are rather than by what they are said to be.

The order is that of the WHATWG encoding standard (byte order mark, HTTP header, ``<meta>``), but a declaration is
believed only if the bytes bear it out: servers and templates get it wrong too often.
"""

from __future__ import annotations

import codecs
import re

import webencodings
from resiliparse.parse.encoding import detect_encoding

PRESCAN = 4_096
"""Bytes in which a ``<meta charset>`` is looked for; the standard says 1,024, browsers and templates go beyond."""
SAMPLE = 200_000
"""Bytes that a guess is made on."""
RUN = 2.5
"""Mean length of runs of bytes over 0x7F from which on a text is not in Latin script.

Latin texts in one byte a letter have runs of 1.0 to 1.3, Cyrillic and Greek words 4 to 6, Chinese longer ones.
"""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16's, which begins it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDER = {"gbk": "gb18030", "gb2312": "gb18030", "shift_jis": "cp932", "euc-kr": "cp949", "big5": "big5hkscs"}
"""What a label stands for on the web, in Python's names: each is read by the widest of its family."""
_LATIN = frozenset({"windows-1252", "iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-10", "iso-8859-13"}) | {
    *("iso-8859-14", "iso-8859-15", "iso-8859-16", "windows-1250", "windows-1254", "windows-1257", "windows-1258"),
    "macintosh",
}
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_META = re.compile(
    rb"<(?:meta\b[^>]{0,500}?\bcharset|\?xml\b[^>]{0,100}?\bencoding)\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE
)
_HIGH = re.compile(rb"[\x80-\xff]+")
_MARKUP = re.compile(rb"<(?:script|style)\b.{0,100000}?</(?:script|style)|<[^<>]{0,5000}>", re.IGNORECASE | re.DOTALL)


def decode(body: bytes, content_type: str = "") -> str:
    """The text of ``body``, an HTTP ``Content-Type`` being taken as a hint; never raises, NULs left out."""
    return _decode(body, content_type).replace("\0", "").removeprefix("\ufeff")


def _decode(body: bytes, content_type: str) -> str:
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace")
    header = _HEADER.search(content_type)
    if wide := _utf16(body):
        return body.decode(wide, "replace")
    declared = [_lookup(header[1])] if header else []
    if meta := _META.search(body, 0, PRESCAN):
        declared.append(_lookup(meta[1].decode("ascii", "replace")))
    if "iso-2022-jp" in declared and body.isascii():
        return body.decode("iso-2022-jp", "replace")
    try:
        return body.decode("utf-8")  # hardly anything else is valid by chance, whatever it is declared as
    except UnicodeDecodeError:
        pass
    text = body.decode("utf-8", "replace")
    if _holds(text):  # cut in the middle, or spoilt by a few pasted bytes
        return text
    return _legacy(body, [name for name in declared if name and not name.startswith("utf-")])


def _legacy(body: bytes, declared: list[str]) -> str:
    """Text that is not UTF-8, by the first declaration that it bears out, else by a guess."""
    latin = _mean_run(body) < RUN
    # "iso-8859-1", which the standard reads as windows-1252, is what a server says that was never told.
    for name in sorted(declared, key="windows-1252".__eq__):
        if name in _LATIN and not latin:
            continue
        text = body.decode(_WIDER.get(name, name), "replace")
        if _holds(text):
            return text
    guess = _lookup(_guess(body))
    if guess and not guess.startswith("utf-") and (guess not in _LATIN or latin):
        text = body.decode(_WIDER.get(guess, guess), "replace")
        if _holds(text):
            return text
    return body.decode("windows-1252", "replace")


def _guess(body: bytes) -> str:
    plain = _MARKUP.sub(b" ", body[:SAMPLE])
    return detect_encoding(plain if _HIGH.search(plain) else body, SAMPLE) or ""


def _holds(text: str) -> bool:
    """Whether a decoding fits: by far the most of what is not ASCII came out as a character."""
    bad = text.count("\ufffd")
    return not bad or sum(map(len, re.findall(r"[^\x00-\x7f\ufffd]+", text))) > 4 * bad


def _mean_run(body: bytes) -> float:
    runs = _HIGH.findall(body[:SAMPLE]) or _HIGH.findall(body)
    return sum(map(len, runs)) / len(runs) if runs else 0.0


def _utf16(body: bytes) -> str:
    """UTF-16 without a byte order mark, by where its NULs stand; there are hardly any in other encodings."""
    sample = body[:2_000]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) <= len(sample) // 8 or min(even, odd) > max(even, odd) // 4:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _lookup(label: str) -> str:
    """A label's Python codec by the WHATWG table, or an empty string; multi-byte UTF labels stay as they are."""
    found = webencodings.lookup(label)
    if found is None or found.name in {"replacement", "x-user-defined"}:
        return ""
    try:
        codecs.lookup(found.name)
    except LookupError:
        return found.codec_info.name or ""
    return found.name
