"""Fuzzing: pages that a coverage-guided mutator builds, against what extract() promises.

``python -m tests.fuzz.extract [--seconds N]``, with ``pip install 'cuttings[fuzz]'``. It begins with the pages in
tests/pages, and ends with status 1 and the input's path where a promise is broken.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import atheris

os.environ["CUTTINGS_PURE"] = "1"  # only bytecode can be instrumented
with atheris.instrument_imports(include=["crawler.extract", "archive.render", "archive.blocks"]):
    from tests.crawler.extract.promises import held

PAGES = Path(__file__).parent.parent / "pages"
TAGS = """
    a abbr article aside b blockquote body br button caption code div dl dt dd em figure figcaption font footer form h1
    h2 head header hr html i iframe img input li link main math meta nav noscript object ol option p picture plaintext
    pre script section select span strong style svg foreignObject table tbody td template textarea th time title tr ul
    video x-y xmp
""".split()  # noqa: SIM905  # a word list
ATTRIBUTES = r"""
class=author
class='related-links promo'
id=comments
href=/tag/x
href='http://[bad'
hidden
property=og:title content='A | B'
property=article:published_time content=2024-13-45T99:00
itemprop=author
name=author content='By Ann Bee, Staff'
rel=canonical href='//x/y'
datetime='1 mai 2024'
style=display:none
type=application/ld+json
src=data:,
srcset='a 1x, b 2x'
data-src=x
lang=zh-Hant
colspan=99999999
a=">
b='<p
c
"
'
=
/
""".strip().split("\n")
LINES = r"""
The pier was closed after a survey had found that it moved. It will be open again when all of its posts are renewed.
昨天在首都举行了会议，讨论了明年的预算。记者报道了这次会议的内容。昨天在首都举行了会议，讨论了明年的预算。
Вчера в столице прошло заседание правительства, на котором обсуждали бюджет на следующий год.
Tags
Read more
Published: 1 May 2024
By Ann Bee
&#0;
&#xD800;
&nosuch;
<!--
-->
<![CDATA[
]]>
<script type=application/ld+json>{"@type":"NewsArticle","headline":"\ud800\u0000","author":["\u0000","\udfff"]}</script>
<script type=application/ld+json>{"@graph":[{"@type":"Article","datePublished":1e999,"keywords":[{}]}]}</script>
<script type=application/ld+json>{"@type":"Article","keywords":"a,\ud800","articleSection":"\u0000"}</script>
<script>window.__STATE__ = {"body": "<p>The pier \u0000 was closed \ud800</p>"}</script>
<meta property=og:title content='&#0; x &#xdfff;'>
|
</
<
>
"""
WORDS = [*LINES.strip().split("\n"), "\0", "\ufeff", "\u202e", "\U0001f600", "\n\n"]
CHARSETS = ("utf-8", "utf-16", "gb18030", "euc-kr", "shift_jis", "windows-1251", "koi8-r", "iso-2022-jp", "utf-32")


def build(data: bytes) -> str | bytes:
    """A page out of the dictionary, an instruction a byte, or where the first byte is odd the bytes themselves."""
    if not data or data[0] & 1:
        return data[1:]
    parts: list[str] = []
    for at in range(1, len(data) - 1, 2):
        kind, which = data[at] & 7, data[at + 1]
        tag = TAGS[which % len(TAGS)]
        if kind < 2:
            parts.append(f"<{tag}>")
        elif kind == 2:
            parts.append(f"</{tag}>")
        elif kind == 3:
            parts.append(f"<{tag} {ATTRIBUTES[data[at] // 8 % len(ATTRIBUTES)]}>")
        elif kind == 4:
            parts.append(f" {ATTRIBUTES[which % len(ATTRIBUTES)]} ")
        elif kind == 5:
            parts = parts[-20:] * (1 + which % 8) if len(parts) < 2_000 else parts
        else:
            parts.append(WORDS[which % len(WORDS)])
    page = "".join(parts)
    return page if data[0] & 2 else page.encode(CHARSETS[data[0] // 4 % len(CHARSETS)], "replace")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as corpus:
        for page in PAGES.rglob("*.html"):
            Path(corpus, page.name).write_bytes(b"\x01" + page.read_bytes())
        for number, charset in enumerate(CHARSETS):
            Path(corpus, charset).write_bytes(bytes([number * 4]) + bytes(range(256)))
        options = [
            f"-max_total_time={seconds}",
            f"-artifact_prefix={tempfile.gettempdir()}/extract-",
            "-timeout=5",
            "-rss_limit_mb=1000",
            "-max_len=20000",
            "-verbosity=0",
        ]
        atheris.Setup([sys.argv[0], corpus, *options], lambda data: held(build(data), explain=len(data) % 2 == 0))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
