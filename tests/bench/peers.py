"""The extractors that are compared, each called as its own documentation says for the text of an article.

    python -m tests.bench.peers NAME

is a worker: a page a line comes in as JSON (``html``, ``url``), an answer a line goes out. It runs in the peers' own
environment, so this module imports the standard library alone at its top. It opens no connection and lets none be
opened: an audit hook refuses sockets before they connect.

CPU time is that of getting the text. Cuttings and newspaper4k find the metadata on the same way; trafilatura's and
readability-lxml's are asked for outside of it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.bench.plain import plain

REQUIREMENTS = {
    "trafilatura": ("trafilatura==2.3.1",),
    "readability-lxml": ("readability-lxml==0.9", "lxml_html_clean==0.4.6"),
    "newspaper4k": ("newspaper4k[all]==0.9.6", "lxml_html_clean==0.4.6"),  # all: its tokenisers for Asian languages
    "resiliparse": ("resiliparse==2.0.1",),
}
NO_URL = "https://page.invalid/"  # for a page whose URL is not known, where one must be given
PATIENCE = 60  # seconds for a page, then it counts as a failure

Timed = Callable[[str, str | None], Any]  # html, url -> whatever the extractor gives
Answered = Callable[[Any, str, str | None], dict[str, Any]]  # that, html, url -> text, title, authors, date, tags


def cuttings() -> tuple[Timed, Answered]:
    from crawler.extract import extract

    def answer(article: Any, _html: str, _url: str | None) -> dict[str, Any]:
        if not hasattr(article, "text"):
            return {"refused": True}
        published = getattr(article.published, "at", None)
        names = {"title": article.title, "authors": article.authors, "tags": article.tags}
        return {"text": article.text, "date": str(published or "")[:10]} | names

    return extract, answer


def trafilatura() -> tuple[Timed, Answered]:
    """https://trafilatura.readthedocs.io/en/latest/usage-python.html; comments are no part of an article."""
    from trafilatura import bare_extraction, extract

    def answer(text: str | None, html: str, url: str | None) -> dict[str, Any]:
        found = bare_extraction(html, url=url, include_comments=False, with_metadata=True)
        if not found:
            return {"text": text or ""}
        names = {"title": found.title, "date": found.date, "authors": [found.author or ""], "tags": found.tags}
        return {"text": text or ""} | names

    return lambda html, url: extract(html, url=url, include_comments=False), answer


def readability() -> tuple[Timed, Answered]:
    """https://github.com/buriy/python-readability: the summary is HTML, the title short_title()."""
    from readability import Document

    def run(html: str, url: str | None) -> tuple[Any, str]:
        document = Document(html, url=url)
        return document, document.summary(html_partial=True)

    def answer(found: tuple[Any, str], _html: str, _url: str | None) -> dict[str, Any]:
        return {"text": plain(found[1]), "title": found[0].short_title()}

    return run, answer


def newspaper() -> tuple[Timed, Answered]:
    """https://newspaper4k.readthedocs.io: an article from HTML that one has; images are not fetched.

    Korean pages fail unless NLTK's data lies in the environment, which pip does not install:
    ``build/peers/bin/python -m nltk.downloader -d build/peers/nltk_data punkt_tab``.
    """
    from newspaper import Article

    def run(html: str, url: str | None) -> Article:
        article = Article(url or NO_URL, fetch_images=False)
        article.download(input_html=html)
        return article.parse()

    def answer(article: Article, _html: str, _url: str | None) -> dict[str, Any]:
        tags = sorted(article.tags or ()) or article.meta_keywords
        names = {"title": article.title, "authors": article.authors, "tags": tags}
        return {"text": article.text, "date": str(article.publish_date or "")[:10]} | names

    return run, answer


def resiliparse() -> tuple[Timed, Answered]:
    """https://resiliparse.chatnoir.eu: the main content, without comments, bylines and images' alternative texts."""
    from resiliparse.extract.html2text import extract_plain_text

    def run(html: str, _url: str | None) -> str:
        return extract_plain_text(html, main_content=True, alt_texts=False, comments=False, post_meta=False)

    return run, lambda text, _html, _url: {"text": text}


EXTRACTORS = {
    "cuttings": cuttings,
    "trafilatura": trafilatura,
    "readability-lxml": readability,
    "newspaper4k": newspaper,
    "resiliparse": resiliparse,
}


def ask(timed: Timed, answered: Answered, html: str, url: str | None) -> dict[str, Any]:
    """One page: the answer with its CPU time, or the exception as a failure."""
    started = time.process_time()
    try:
        found = timed(html, url)
        seconds = time.process_time() - started
        return answered(found, html, url) | {"seconds": seconds}
    except Exception as error:  # noqa: BLE001  what a peer raises is counted
        return {"failure": repr(error)[:200], "seconds": time.process_time() - started}


def refuse_connections(event: str, _: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        raise ConnectionRefusedError("an extractor under comparison opens no connection")


def too_slow(*_: object) -> None:
    raise TimeoutError(f"no answer in {PATIENCE} s")


def main(name: str) -> None:
    """Answer pages until the input ends. Whatever a peer prints itself goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.addaudithook(refuse_connections)
    signal.signal(signal.SIGALRM, too_slow)
    timed, answered = EXTRACTORS[name]()
    for line in sys.stdin:
        page = json.loads(line)
        signal.alarm(PATIENCE)
        row = ask(timed, answered, page["html"], page["url"])
        signal.alarm(0)
        answers.write(json.dumps(row, default=str) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1])
