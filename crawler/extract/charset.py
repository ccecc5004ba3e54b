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
RUN = 1.6
"""Mean length of runs of bytes over 0x7F from which on a text is not in Latin script.

Latin texts in one byte a letter have runs of 1.0 to 1.3, Chinese in Big5 (whose second bytes may be ASCII) 2 and
more, Cyrillic and Greek words 4 to 6, other Chinese, Japanese and Korean still longer ones.
"""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16's, which begins it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FAMILIES = {
    "gb18030": "gb2312 gbk hz",
    "cp949": "euc-kr euc_kr johab",
    "cp932": "shift_jis",
    "euc_jp": "euc-jp",
    "big5hkscs": "big5",
    "koi8-u": "koi8-r",
    "cp874": "tis-620",
    "windows-1250": "cp1250",
    "windows-1252": "cp1252 iso-8859-1 iso8859-1 ascii",
    "windows-1254": "cp1254 iso-8859-9 iso8859-9",
}
"""The widest encoding of a family, and the names that stand for it on the web: what is narrower is read as it."""
_READ_AS = {name: wide for wide, names in _FAMILIES.items() for name in names.split()}
_LATIN = frozenset(
    {
        *(f"iso{dash}8859-{n}" for dash in ("", "-") for n in (2, 3, 4, 10, 13, 14, 15, 16)),
        *(f"windows-125{n}" for n in (0, 2, 4, 7, 8)),
        "macintosh",
    }
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_META = re.compile(
    rb"<(?:meta\b[^>]{0,500}?\bcharset|\?xml\b[^>]{0,100}?\bencoding)\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE
)
_HIGH = re.compile(rb"[\x80-\xff]+")
_WIDE = re.compile(r"[^\x00-\x7f\ufffd]+")
_ESCAPES = re.compile(rb"\x1b\$[@B]")
_UTF16_TAG = re.compile(rb"(?:\s\0)*(<\0)[!?a-zA-Z]\0|(?:\0\s)*\0<\0[!?a-zA-Z]")
_MARKUP = re.compile(rb"<[^<>]{0,5000}>")


def decode(body: bytes, content_type: str = "") -> str:
    """The text of ``body``, an HTTP ``Content-Type`` being taken as a hint; never raises, NULs left out."""
    text = _decode(body, content_type)
    return (text.replace("\0", "") if b"\0" in body else text).removeprefix("\ufeff")


def utf8(body: bytes, content_type: str = "") -> bytes:
    """The same in UTF-8: of a page that is in it already, the page itself."""
    if b"\0" not in body and b"\x1b" not in body and _is_utf8(body):
        return body.removeprefix(codecs.BOM_UTF8)
    return decode(body, content_type).encode("utf-8", "ignore")


def _is_utf8(body: bytes) -> bool:
    try:
        return body.isascii() or bool(body.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _decode(body: bytes, content_type: str) -> str:
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace")
    if b"\0" in body and (wide := _utf16(body)):
        return body.decode(wide, "replace")
    if b"\x1b" in body and _ESCAPES.search(body) and body.isascii():
        return body.decode("iso-2022-jp", "replace")
    try:
        return body.decode("utf-8")  # hardly anything else is valid by chance, whatever it is declared as
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    if _holds(text):  # cut in the middle, or spoilt by a few pasted bytes
        return text
    labels = [match[1] for match in [_HEADER.search(content_type)] if match]
    labels += [match[1].decode("ascii", "replace") for match in [_META.search(body, 0, PRESCAN)] if match]
    return _legacy(body, [name for label in labels if (name := _lookup(label))])


def _legacy(body: bytes, declared: list[str]) -> str:
    """Text that is not UTF-8: by the first declaration that the bytes bear out, else by a guess."""
    latin = _mean_run(body) < RUN
    # "iso-8859-1", read as windows-1252, is what a server says that was never told, so it comes last.
    names = sorted(declared, key="windows-1252".__eq__)
    for name in (*names, _guess(body)):
        if name and (latin or name not in _LATIN):
            text = body.decode(name, "replace")
            if _holds(text):
                return text
    return body.decode("windows-1252", "replace")


def _guess(body: bytes) -> str:
    plain = _MARKUP.sub(b" ", body[:SAMPLE])
    return _codec(detect_encoding(plain if _HIGH.search(plain) else body, SAMPLE, html5_compatible=False) or "")


def _holds(text: str) -> bool:
    """Whether a decoding fits: by far the most of what is not ASCII came out as a character."""
    bad = text.count("\ufffd")
    return not bad or sum(map(len, _WIDE.findall(text))) > 4 * bad


def _mean_run(body: bytes) -> float:
    runs = _HIGH.findall(body, 0, SAMPLE) or _HIGH.findall(body)
    return sum(map(len, runs)) / len(runs) if runs else 0.0


def _utf16(body: bytes) -> str:
    """UTF-16 without a byte order mark, by its first markup; elsewhere a NUL is an accident."""
    if match := _UTF16_TAG.match(body):
        return "utf-16-le" if match[1] else "utf-16-be"
    sample = body[:2_000]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) <= len(sample) // 4 or min(even, odd) > max(even, odd) // 4:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _lookup(label: str) -> str:
    """The codec of a declared label, by the WHATWG table; empty for unknown ones and for UTFs, which were tried."""
    found = webencodings.lookup(label)
    return "" if found is None or found.name.startswith("utf-") else _codec(found.name) or _codec(found.codec_info.name)


def _codec(name: str) -> str:
    """A name that Python decodes by, the family's widest; empty if there is none."""
    name = _READ_AS.get(name.lower(), name.lower())
    try:
        return name if name and codecs.lookup(name).name[:3] != "utf" else ""
    except LookupError:
        return ""
