"""Library: the publishers, read from articles/*.toml, a publisher a file."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from crawler.demo import markup
from crawler.demo.story import Publisher, Story, Stray

FOLDER = Path(__file__).with_name("articles")
ORDER = ("courier", "rotunda", "lindtaler", "salitre", "hamakaze", "lantern")
"""Of the publishers, and so of their ports."""
FIRST_NUMBER = 418_211
"""For addresses that have a number in them, which grows with each story."""


@functools.cache
def publishers() -> tuple[Publisher, ...]:
    return tuple(_publisher(tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))) for name in ORDER)


def _publisher(data: dict[str, Any]) -> Publisher:
    stories = _stories(data)
    return Publisher(
        name=data["name"],
        title=data["title"],
        language=data["language"],
        country=data["country"],
        sections=data["sections"],
        section_path=data["section_path"],
        more_path=data.get("more_path", ""),
        page_size=data.get("page_size", 100),
        feeds=tuple(data["feeds"]),
        sitemaps=tuple(data["sitemaps"]),
        files=data.get("files", {}),
        etags=data["etags"],
        says=data["says"],
        strays=tuple(Stray(**{**page, "lines": tuple(page["lines"])}) for page in data["pages"]),
        stories=tuple(sorted(stories, key=lambda story: story.published, reverse=True)),
    )


def _stories(data: dict[str, Any]) -> list[Story]:
    numbered = list(enumerate(sorted(data["articles"], key=lambda one: one["published"])))
    numbers = {article["slug"]: FIRST_NUMBER + 37 * at for at, article in numbered}
    paths = {
        article["slug"]: data["article_path"].format(**article, number=numbers[article["slug"]])
        for article in data["articles"]
    }
    stories = []
    for article in data["articles"]:
        rest = {key: value for key, value in article.items() if key not in {"body", "second", "correction"}}
        rest |= {"authors": tuple(article["authors"]), "tags": tuple(article["tags"])}
        story = Story(
            publisher=data["name"],
            path=paths[article["slug"]],
            blocks=markup.read(article["body"], paths.__getitem__),
            second_path=article.get("second", "").format(number=numbers[article["slug"]]),
            **rest,
        )
        if change := article.get("correction"):
            body = markup.read(change["body"], paths.__getitem__)
            corrected = replace(story, title=change["title"], modified=change["modified"], blocks=body)
            story = replace(story, correction=corrected)
        stories.append(story)
    return stories
