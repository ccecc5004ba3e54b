"""Labelled pages from checkouts of the public benchmarks, each read as it lies there.

trafilatura  github.com/adbar/trafilatura: ``tests/evaldata.json`` (earlier ``evaldata.py``), pages in ``tests/cache``
             and ``tests/eval``
fundus       github.com/flairNLP/fundus: ``tests/resources/parser/test_data``, what its publishers' own parsers give
readability  github.com/mozilla/readability: ``test/test-pages``, Readability.js's own output: a weak gold
wcxb         github.com/Murrough-Foley/web-content-extraction-benchmark: its ``dev`` split, gold reviewed by people
"""

from __future__ import annotations

import ast
import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.bench.plain import plain
from tests.bench.sets import Page, decode

DATED = re.compile(r"(?P<publisher>.+)_\d{4}_\d\d_\d\d\.html\.gz")


def trafilatura(checkout: Path) -> Iterator[Page]:
    """Pages with the snippets that must and must not be extracted; those whose file is not there are passed over."""
    tests = checkout / "tests"
    for url, row in evaldata(tests).items():
        file = next(
            (path for path in (tests / "cache" / row["file"], tests / "eval" / row["file"]) if path.is_file()), None
        )
        if file:
            yield Page(
                id=row["file"],
                url=url,
                html=decode(file.read_bytes()),
                present=tuple(row["with"]),
                absent=tuple(row["without"]),
                title=row.get("title") or None,
                date=row.get("date") or None,
            )


def evaldata(tests: Path) -> dict[str, dict[str, Any]]:
    """The annotations: JSON, or a Python module with the same as a literal."""
    if (tests / "evaldata.json").is_file():
        return json.loads((tests / "evaldata.json").read_text("utf-8"))
    module = ast.parse((tests / "evaldata.py").read_text("utf-8"))
    return next(ast.literal_eval(node.value) for node in module.body if isinstance(node, ast.Assign))


def fundus(checkout: Path) -> Iterator[Page]:
    """Pages with what the parser of their publisher finds; its summary is the body's first part.

    A publisher's JSON has an entry a version of its parser, a page is named by publisher and day, and each version
    has one page: the first version the earliest. Publishers for whom the two numbers differ are passed over.
    """
    data = checkout / "tests" / "resources" / "parser" / "test_data"
    for gold in sorted(data.glob("*/*.json")):
        versions = sorted(json.loads(gold.read_text("utf-8")).items(), key=lambda item: version(item[0]))
        files = sorted(file for file in gold.parent.glob("*.html.gz") if publisher(file) == gold.stem)
        if len(files) != len(versions):
            continue
        about = gold.parent / "meta.info"
        known = json.loads(about.read_text("utf-8")) if about.is_file() else {}
        for file, (_, row) in zip(files, versions, strict=True):
            yield Page(
                id=f"{gold.parent.name}/{file.name.removesuffix('.html.gz')}",
                url=known.get(file.name, {}).get("url"),
                html=decode(gzip.decompress(file.read_bytes())),
                text="\n\n".join(paragraphs(row["body"])),
                title=row.get("title"),
                authors=tuple(row.get("authors") or ()),
                date=row.get("publishing_date"),
                tags=tuple(row.get("topics") or ()),
            )


def publisher(file: Path) -> str:
    named = DATED.fullmatch(file.name)
    return named["publisher"] if named else ""


def version(name: str) -> list[int]:
    """``V1_2`` → [1, 2], so that V10 comes after V9."""
    return [int(number) for number in re.findall(r"\d+", name)]


def paragraphs(body: dict[str, Any]) -> Iterator[str]:
    yield from body["summary"]
    for section in body["sections"]:
        yield from section["headline"]
        yield from section["paragraphs"]


def readability(checkout: Path) -> Iterator[Page]:
    """Pages with the HTML that Readability.js makes of them; its own tests give them this URL."""
    for file in sorted((checkout / "test" / "test-pages").glob("*/expected-metadata.json")):
        folder, about = file.parent, json.loads(file.read_text("utf-8"))
        yield Page(
            id=folder.name,
            url="http://fakehost/test/page.html",
            html=decode((folder / "source.html").read_bytes()),
            text=plain((folder / "expected.html").read_text("utf-8")),
            title=about.get("title"),
            authors=(about["byline"],) if about.get("byline") else (),
            date=about.get("publishedTime"),
        )


def wcxb(checkout: Path) -> Iterator[Page]:
    """The articles of the development split."""
    return (page for page in development(checkout) if page.kind == "article")


def other(checkout: Path) -> Iterator[Page]:
    """Its pages that are no articles: forums, products, collections, listings, documentation, services."""
    return (page for page in development(checkout) if page.kind != "article")


def development(checkout: Path) -> Iterator[Page]:
    for gold in sorted((checkout / "dev" / "ground-truth").glob("*.json")):
        file = checkout / "dev" / "html" / f"{gold.stem}.html.gz"
        row = json.loads(gold.read_text("utf-8"))
        truth = row["ground_truth"]
        if file.is_file():
            yield Page(
                id=f"dev-{gold.stem}",
                url=row.get("url"),
                html=decode(gzip.decompress(file.read_bytes())),
                kind=row.get("_internal", {}).get("page_type", {}).get("primary") or "article",
                text=truth.get("main_content") or "",
                present=tuple(truth.get("with") or ()),
                absent=tuple(truth.get("without") or ()),
                title=truth.get("title") or None,
                authors=(truth["author"],) if truth.get("author") else (),
                date=truth.get("publish_date") or None,
            )


READERS: dict[str, dict[str, Callable[[Path], Iterator[Page]]]] = {  # checkout → the sets that it gives
    "trafilatura": {"trafilatura": trafilatura},
    "fundus": {"fundus": fundus},
    "readability": {"readability": readability},
    "wcxb": {"wcxb": wcxb, "other": other},
}
