"""cuttings extract: one page, clean, without an archive."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import click

from archive.models import Article, Block, Failure, Inline, Kind, Link, Page
from config.models import Config, Rules
from crawler.commands.common import Given, config_option, echo, echo_json, load_config

FORMATS = ("text", "markdown", "html", "json")


@click.command()
@click.argument("what", metavar="FILE|URL|-", type=Given())
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--url", help="Where the page came from, for relative links and the date; FILE and - only.")
@config_option
def extract(what: str, *, form: str, as_json: bool, url: str | None, config_path: Path | None) -> None:
    """Print the clean article of an HTML page or a plain-text scrape: a file, a URL, or - for standard input.

    A page that is no article is said on stderr, with exit status 1.

    \b
    Examples:
      cuttings extract page.html
      cuttings extract https://example.org/news/1234 --format markdown
      curl -s https://example.org/news/1234 | cuttings extract - --json
    """
    page = page_of(what, load_config(config_path), url)
    result = page if isinstance(page, Failure) else article_or_failure(page)
    if isinstance(result, Failure):
        raise click.ClickException(f"{what}: {result.detail or result.reason}")
    if as_json or form == "json":
        echo_json(rendered(result, "json"))
    else:
        echo(rendered(result, form).rstrip("\n"))


def page_of(what: str, config: Config, url: str | None = None) -> Page | Failure:
    """The page that a command's argument names: fetched, or read from a file or standard input (``-``)."""
    if what.startswith(("http://", "https://")):
        from crawler.errand import fetch_page  # noqa: PLC0415  # httpx: 165 ms

        return asyncio.run(fetch_page(what, config))
    return Page(url or "", url or "", 200, (), _bytes(what), datetime.now(UTC))


def article_or_failure(
    page: Page, *, explain: bool = False, rules: Rules | None = None, link: Link | None = None
) -> Article | Failure:
    """What the extractor makes of a page."""
    from crawler.extract import extract as read  # noqa: PLC0415  # selectolax, resiliparse

    return read(
        page.body,
        page.final_url or None,
        content_type=page.header("content-type"),
        fetched_at=page.fetched_at,
        last_modified=page.header("last-modified"),
        rules=rules,
        link=link,
        explain=explain,
    )


def _bytes(what: str) -> bytes:
    if what == "-":
        if sys.stdin is None:
            raise click.ClickException("Standard input is closed: there is no page to read.")
        return sys.stdin.buffer.read()
    try:
        return Path(what).read_bytes()
    except OSError as error:
        raise click.ClickException(f"{what} cannot be read: {error.strerror}") from None


def rendered(article: Article, form: str) -> str:
    """An article in one of FORMATS, title first."""
    from archive import render  # noqa: PLC0415
    from archive.formats.jsonl import line  # noqa: PLC0415

    titled = (Block(Kind.HEADING, (Inline(article.title),), level=1), *article.blocks)
    match form:
        case "json":
            return line(article)
        case "markdown":
            return render.markdown(titled)
        case "html":
            title, language = escape(article.title), escape(article.language)
            head = f'<meta charset="utf-8"><title>{title}</title>'
            body = render.html(titled)
            return f'<!doctype html>\n<html lang="{language}">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>'
    return "\n\n".join(filter(None, (article.title, article.text)))
