"""Pages that are meant to hurt, and what one of them costs, measured in a process of its own.

``python -m tests.crawler.extract.hostile`` prints the table.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from typing import NamedTuple

P = "<p>" + "The pier was closed for the third time this month, after a survey had found that it moved. " * 4 + "</p>"


def numbered(pattern: str, count: int) -> str:
    """The pattern again and again, each time with another number for ``#``."""
    return "".join(pattern.replace("#", str(n)) for n in range(count))


PAGES = {
    # nesting
    "blocks nested": lambda: "<div>" * 100_000 + P * 5 + "</div>" * 100_000,
    "blocks closed by nothing": lambda: "<div></x>" * 50_000 + P * 5,
    "blocks in inline elements": lambda: "<span><div></span>" * 30_000 + P * 5,
    "blocks closed in comments": lambda: "<div><!--</div>-->" * 50_000 + P * 5,
    "blocks closed in values": lambda: "<div title='</div>'>" * 50_000 + P * 5,
    "lists nested": lambda: "<ul><li>" * 60_000 + P * 5,
    "quotes nested": lambda: "<blockquote>" * 100_000 + P * 5,
    "tables nested": lambda: "<table><tr><td>" * 50_000 + P * 5,
    "unknown elements nested": lambda: "<x-a>" * 100_000 + P * 5,
    "templates nested": lambda: "<template><tr>" * 60_000 + P * 5,
    "pictures nested": lambda: "<svg><g>" * 50_000 + P * 5,
    "table rows in a picture": lambda: "<svg>" + "<tr>" * 100_000 + P * 5,
    "paragraphs in pictures": lambda: "<svg><foreignObject><p>" * 40_000 + P * 5,
    "formulas nested": lambda: "<math><mrow>" * 60_000 + P * 5,
    "headings in blocks": lambda: "<h1><div>" * 40_000 + P * 5,
    "forms in blocks": lambda: "<form><div></form>" * 30_000 + P * 5,
    "buttons nested": lambda: "<button>" * 100_000 + P * 5,
    "markup in script data": lambda: "<script>" + '"<div>' * 100_000 + "</script>" + P,
    # elements that the parser makes again
    "bold text never closed": lambda: "<p>" + numbered("<b id=#>", 1_000) + "<p>x" * 50_000,
    "bold text closed too late": lambda: numbered("<b a=#><p>", 2_000) + "</b></p>" * 2_000,
    "a few formats, many paragraphs": lambda: "<p>" + numbered("<b id=#>", 30) + "<p>x" * 7_000,
    "a long format": lambda: f"<p><b a='{'x' * 1_000_000}'>" + "<p>x" * 450,
    "a long link": lambda: f"<p><a href='{'>' * 1_000_000}'>" + "<p>x" * 450,
    "a long link in double quotes": lambda: f'<p><a href="{"x" * 1_000_000}">' + "<p>x" * 450,
    "a long link without quotes": lambda: f"<p><a href={'x' * 1_000_000}>" + "<p>x" * 450,
    "a link with a long name": lambda: f"<p><a {'x' * 1_000_000}>" + "<p>x" * 450,
    "a link with a long name of a value": lambda: f'<p><a {"x" * 1_000_000}="">' + "<p>x" * 450,
    "a format of many attributes": lambda: "<p><i " + numbered("a# ", 900) + ">" + "<p>x" * 7_000,
    "a link of many values": lambda: "<p><a " + numbered(f"b#='>{'x' * 600}' ", 160) + ">" + "<p>x" * 3_000,
    "a link of many attributes": lambda: "<p><a " + numbered("a# ", 900) + ">" + "<p>x" * 3_000 + "word " * 9_000,
    "a short page, a format of many attributes": lambda: "<p><b " + numbered("a# ", 7_000) + ">" + "<p>x" * 480,
    "a short page, a link of many attributes": lambda: "<p><a " + numbered("a# ", 7_000) + ">" + "<p>x" * 480,
    "blocks in formats": lambda: numbered("<b id=#>" + "<div>" * 9 + "</b>", 300) + "<p>x" * 2_000 + " " * 60_000,
    "links in blocks": lambda: "<a href=x><div>" * 50_000 + P * 5,
    "links in tables": lambda: "<table><a href=x>" * 50_000 + P * 5,
    "formats in tables": lambda: numbered("<table><b id=#>", 4_000) + P * 5,
    "formats left open in cells": lambda: numbered("<b id=#><table><td></b></table>", 2_000) + "<p>x" * 2_000,
    # attributes
    "attributes": lambda: "<p " + numbered("a# ", 1_000_000) + f">{P}",
    "attributes with a bracket": lambda: "<p " + numbered("a#='>' ", 200_000) + f">{P}",
    "attributes with brackets": lambda: "<p " + numbered("a#='<b>' ", 200_000) + f">{P}",
    "attributes behind a quote": lambda: '<!-- <x a=" --><p ' + numbered("a# ", 200_000) + f">{P}",
    "attributes behind a script": lambda: "<script>if(a<b && c=='\")</script><p " + numbered("a# ", 200_000) + f">{P}",
    "tags of a thousand attributes": lambda: ("<p " + numbered("a# ", 1_000) + ">") * 1_500,
    "attributes that all differ": lambda: "".join(
        "<p " + "".join(f"b{tag * 300 + n:x} " for n in range(300)) + ">" for tag in range(600)
    ),
    "attributes behind closed quotes": lambda: "<p " + numbered("a# b# c='>' d# ", 50_000) + f">{P}",
    "attributes of the root": lambda: "".join(
        "<html " + "".join(f"a{tag}-{n} " for n in range(500)) + ">" for tag in range(200)
    ),
    "an attribute of 10 MB": lambda: f"<p a='{'x' * 10_000_000}'>" + P * 5,
    "a name of 10 MB": lambda: f"<{'x' * 10_000_000}>" + P * 5,
    "links without an end": lambda: "<a href=" * 1_200_000,
    "a value without an end": lambda: P * 5 + '<a href="' + "x " * 5_000_000,
    "values without an end": lambda: "<a b='\" " * 1_000_000,
    # many of a kind
    "empty paragraphs": lambda: "<p>" * 1_000_000,
    "short paragraphs": lambda: "<p>x" * 1_000_000,
    "line breaks": lambda: "<br>" * 2_000_000,
    "images": lambda: ("<img " + numbered("a#=1 ", 25) + ">") * 60_000,
    "names": lambda: numbered("<x#></x#>", 300_000) + P * 5,
    "options": lambda: "<select>" + "<option>" * 60_000,
    "options chosen": lambda: "<select>" + "<option selected>" * 60_000,
    "menus": lambda: "<select>" * 1_000_000,
    "list items": lambda: "<ul>" + "<li>x" * 500_000,
    "definitions": lambda: "<dl>" + "<dt><dd>" * 500_000,
    "closing tags": lambda: "<div>" * 400 + "</p>" * 1_000_000,
    "closing tags in vain": lambda: "<span>" * 7_900 + "</x>" * 12_000 + P,
    "options closed": lambda: "<select>" + "<option>x</option>" * 9_900,
    "links in a picture": lambda: "<svg>" + "<link>" * 19_000 + P,
    "closing line breaks": lambda: "</br>" * 2_000_000,
    "rows in text": lambda: "<table>" + "x<tr>" * 500_000,
    "frames": lambda: "<frameset>" * 500_000,
    "titles": lambda: "<title>x</title>" * 300_000 + P,
    "empty comments": lambda: "<!---->" * 1_400_000,
    "comments without an end": lambda: "<!--" * 2_000_000,
    "scripts": lambda: "<script></script>" * 500_000 + P * 5,
    "comments in a script": lambda: "<script>" + "<!--<script>" * 800_000 + P,
    # characters
    "less-than signs": lambda: "<" * 10_000_000,
    "ampersands": lambda: "&" * 10_000_000,
    "entities": lambda: "<p>" + "&notin;&#128512;" * 600_000,
    "entities without an end": lambda: "<p>" + "&CounterClockwiseContourIntegra" * 300_000,
    "a comment of 10 MB": lambda: "<!--" + "-" * 10_000_000 + "-->" + P,
    "a doctype of 10 MB": lambda: "<!doctype " + "x " * 5_000_000 + ">" + P,
    "a script of 10 MB": lambda: '<script>"' + "\\" * 10_000_000 + "</script>" + P,
    "carriage returns": lambda: "<p>" + "\r" * 10_000_000,
    "NULs": lambda: "<p>" + "\0" * 10_000_000,
    "halves of characters": lambda: "<p>" + "\ud800" * 3_000_000,
    "emoji": lambda: "<p>" + "\U0001f600" * 2_500_000,
    "bytes of no charset": lambda: b"<p>" + b"\xff\x80\xa1" * 3_300_000,
    "UTF-16 of 10 MB": lambda: ("<p>" + "word " * 1_000_000).encode("utf-16"),
    "escapes of 10 MB": lambda: b"<p>" + b"\x1b$B$" * 2_500_000,
}
"""Those that the guard is for. Generators: some are large."""

TEXTS = {
    "a line of 10 MB": lambda: "<p>" + "word " * 2_000_000,
    "a word of 10 MB": lambda: "<p>" + "x" * 10_000_000,
    "full stops of 10 MB": lambda: "<p>" + "." * 10_000_000 + P,
    "plain text of 10 MB": lambda: "The pier was closed for a month after a survey.\n\n" * 200_000,
    "plain text in one line": lambda: "word " * 2_000_000,
    "plain lines": lambda: "a b c d\n" * 1_200_000,
    "sentences": lambda: "<p>The pier was closed for a month after a survey had found that it moved.</p>" * 100_000,
    "plain spaces": lambda: "x" + " " * 10_000_000 + "x",
    "tags of 10 MB": lambda: "Tags " + "a " * 5_000_000,
    "brackets in JSON-LD": lambda: f"<script type=application/ld+json>{'[' * 5_000_000}</script>{P}",
    "objects in JSON-LD": lambda: "<script type=application/ld+json>" + '{"a":' * 100_000 + f"</script>{P}",
    "graphs in JSON-LD": lambda: (
        "<script type=application/ld+json>" + '{"@graph":[' * 900 + "{}" + "]}" * 900 + f"</script>{P}"
    ),
    "articles in JSON-LD": lambda: (
        "<script type=application/ld+json>["
        + '{"@type":"NewsArticle","headline":"x","author":[{"name":"A B"}]},' * 100_000
        + f"{{}}]</script>{P}"
    ),
    "digits in JSON-LD": lambda: '<script type=application/ld+json>{"a":' + "9" * 5_000_000 + "}</script>" + P,
    "authors": lambda: "<meta name=author content='" + "Ann Bee and " * 500_000 + f"'>{P}",
    "dates": lambda: "<time datetime=2024-01-01>1 May 2024</time> " * 25_000 + P * 5,
    "a date of 10 MB": lambda: f"<time datetime='{'2024-' * 1_000_000}'>{'1 May ' * 500_000}</time>{P}",
    "a title of 10 MB": lambda: f"<title>{'a | b - ' * 1_200_000}</title><h1>{'a ' * 1_000_000}</h1>{P}",
    "headings": lambda: "<h1>a b c</h1>" * 25_000 + P * 5,
    "metadata": lambda: numbered("<meta property='article:tag' content='t#'>", 50_000) + P * 5,
}
"""Those that the steps after the parser have to bear."""

CHILD = """
import json, os, sys, time
from selectolax.lexbor import LexborHTMLParser
from tests.crawler.extract.hostile import PAGES, TEXTS
from crawler.extract import extract, guard

def peak():
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))

def cost(name):
    page = (PAGES | TEXTS)[name]()
    length = len(page if isinstance(page, bytes) else page.encode("utf-8", "ignore"))
    try:
        open("/proc/self/clear_refs", "w").write("5")  # forget the peak so far
    except OSError:
        pass
    before, start = peak(), time.process_time()
    if sys.argv[1] == "parse":
        outcome = LexborHTMLParser(guard.tame(page))
    else:
        outcome = extract(page, "https://news.example/x")
    print(json.dumps([name, type(outcome).__name__, time.process_time() - start, peak() - before, length]), flush=True)

extract("<p>" + "Words to load what is loaded late. " * 30)
for name in sys.argv[2:]:
    if not os.fork():
        cost(name)
        os._exit(0)
    os.wait()
"""


class Cost(NamedTuple):
    """Of one page: what came out, CPU seconds, megabytes above what the page and the program take, the page's bytes."""

    outcome: str
    seconds: float
    megabytes: int
    length: int


def costs(names: Iterable[str], step: str = "extract") -> dict[str, Cost]:
    """Each in a process of its own; a page whose process did not come to its end is not among them."""
    command = [sys.executable, "-c", CHILD, step, *names]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=600, check=True)
    return {name: Cost(*cost) for name, *cost in map(json.loads, done.stdout.splitlines())}


def main() -> None:
    names = [*PAGES, *TEXTS]
    parsing, extracting = costs(names, "parse"), costs(names)
    print(f"{'page':34} {'MB':>5}  {'guard, parse':>12}  {'extract':>12}")
    for name in names:
        if name not in parsing or name not in extracting:
            print(f"{name:34} did not end")
            continue
        parsed, found = parsing[name], extracting[name]
        sums = "  ".join(f"{cost.seconds:5.2f}s {cost.megabytes:4}MB" for cost in (parsed, found))
        print(f"{name:34} {found.length / 1e6:5.1f}  {sums}  {found.outcome}")


if __name__ == "__main__":
    main()
