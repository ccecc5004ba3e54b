"""What a site puts into many of its stored stories is its own, and no edit of them; a correction is one."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import main
from tests.polite import config, crawl, rows, source
from tests.publisher import Story, publish
from tests.site import Site

COUNT = 12
NOTICE = "Glimo ratesu prador, fen vokelo stobami zuxa, ardo penile."


class Paper:
    """Some stories that are looked at again and again."""

    def __init__(self, db: Path, site: Site) -> None:
        self.db, self.site = db, site
        publish(site, map(Story, range(COUNT)))
        self.config = config(source("town", site.url("/feed.xml")))
        crawl(db, self.config)

    def look(self, numbers: range = range(COUNT), more: str = "") -> None:
        """With some more text at the end of these stories."""
        for number in range(COUNT):
            page = Story(number).html()
            at = page.index("</article>")
            self.site.routes[Story(number).path] = (
                f"{page[:at]}<p>{more}</p>{page[at:]}" if more and number in numbers else page
            )
        crawl(self.db, self.config)

    def changes(self) -> list[str]:
        return [
            change for (change,) in rows(self.db, "SELECT change FROM revisions WHERE number > 1 ORDER BY seen_at, id")
        ]

    def learned(self) -> list[tuple]:
        return rows(self.db, "SELECT state, put_in FROM boilerplate WHERE put_in > 0")

    def texts_with(self, what: str) -> int:
        return rows(self.db, "SELECT count(*) FROM articles WHERE instr(text, ?)", what)[0][0]


@pytest.fixture
def paper(db):
    with Site() as site:
        yield Paper(db, site)


def test_a_notice_that_a_site_puts_into_its_stories_is_learned_and_is_no_edit_of_the_rest(paper):
    paper.look(more=NOTICE)
    assert paper.changes() == ["addition"] * 4
    assert paper.learned() == [("learned", 5)]
    assert paper.texts_with(NOTICE) <= 4
    paper.look(more=NOTICE)
    assert paper.texts_with(NOTICE) == 0
    assert paper.changes() == ["addition"] * 4
    said = CliRunner().invoke(main, ["history", "1", "--db", str(paper.db)]).stdout
    assert "text added (9 words added): left out since, as the site's" in said
    paper.look()
    assert paper.changes() == ["addition"] * 4


def test_an_article_that_shows_it_at_one_look_and_not_at_the_next_counts_once(paper):
    for _ in range(6):
        paper.look(range(1), NOTICE)
        paper.look()
    assert paper.learned() == [("seen", 1)]


@pytest.mark.parametrize(
    "more",
    [
        "Correction: An earlier version of this article misspelled the name of the councillor.",
        " ".join(["Zuxado fenlo prasto kemira voglidor nutise."] * 8),
    ],
)
def test_a_correction_and_a_long_text_are_edits_however_many_have_them(paper, more):
    paper.look(more=more)
    assert len(paper.changes()) == COUNT
    assert paper.texts_with(more) == COUNT


def test_what_a_person_said_is_kept_is_an_edit(paper):
    paper.look(range(4), NOTICE)
    (number,) = rows(paper.db, "SELECT id FROM boilerplate WHERE put_in > 0")[0]
    assert CliRunner().invoke(main, ["boilerplate", "keep", str(number), "--db", str(paper.db)]).exit_code == 0
    paper.look(more=NOTICE)
    assert paper.changes() == ["addition"] * COUNT
    assert paper.texts_with(NOTICE) == COUNT
