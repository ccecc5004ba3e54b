"""Papers with invented articles, whole ones and such as were made worse in one known way.

Sentences are put together of a few dozen words a language, so that a language is recognised and no text is anybody's.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

FETCHED = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

# Who, does, what, where and when, and what goes before: each language's.
WORDS = {
    "en": (
        "The council|A spokeswoman|The harbour master|Her brother|The older pupils|A local farmer|The ferry company",
        "has promised|wants to rebuild|will not pay for|had long asked about|was shown|still remembers|cannot sell",
        "the old bridge|a second school|the new timetable|three fishing boats|the winter market|most of the orchard",
        "near the river|in the northern villages|before the spring|at the end of the year|without any help|as planned",
        "Meanwhile,|After the meeting,|On Tuesday,|For the first time,|According to the report,|Even so,",
    ),
    "de": (
        "Der Gemeinderat|Eine Sprecherin|Die ältere Schwester|Der Hafenmeister|Das kleine Museum|Ein Landwirt",
        "verspricht|bezahlt nicht für|erinnert sich noch an|verkauft jetzt|zeigte den Gästen|bekommt wahrscheinlich",
        "die alte Brücke|eine zweite Schule|den neuen Fahrplan|drei Fischerboote|den Weihnachtsmarkt|das Rathaus",
        "am Fluss|in den nördlichen Dörfern|obwohl das Geld nicht reicht|am Ende des Jahres|ohne fremde Hilfe",
        "Unterdessen|Nach der Sitzung|Am Dienstag|Zum ersten Mal|Trotzdem|Seit dem Sommer",
    ),
    "fr": (
        "Le conseil municipal|Une porte-parole|Sa sœur aînée|Le vieux pêcheur|La petite école|Un agriculteur",
        "a promis de garder|ne paiera pas|se souvient encore de|voulait vendre|a montré aux visiteurs|connaît bien",
        "le vieux pont|une deuxième école|les nouveaux horaires|trois bateaux de pêche|le marché de Noël|la mairie",
        "près de la rivière|dans les villages du nord|avant le printemps|à la fin de l'année|sans aucune aide",
        "Pendant ce temps,|Après la réunion,|Mardi dernier,|Pour la première fois,|Selon le rapport,|Malgré tout,",
    ),
    "es": (
        "El ayuntamiento|Una portavoz|Su hermana mayor|El viejo pescador|La pequeña escuela|Un agricultor",
        "ha prometido conservar|no pagará|todavía recuerda|quería vender|enseñó a los visitantes|conoce muy bien",
        "el puente viejo|una segunda escuela|los nuevos horarios|tres barcos de pesca|el mercado de invierno|la plaza",
        "cerca del río|en los pueblos del norte|antes de la primavera|a finales de año|sin ninguna ayuda",
        "Mientras tanto,|Después de la reunión,|El martes,|Por primera vez,|Según el informe,|Aun así,",
    ),
}
NAMES = ("Ada Fields", "Ben Marsh", "Carla Stone", "Dirk Vogel", "Elise Martin", "Fina Robles")


@dataclass(frozen=True, slots=True)
class Paper:
    """What all articles of a source have in common."""

    name: str
    language: str
    words: float  # in the middle
    spread: float  # of their logarithm
    signed: bool
    counts: bool  # words, in its JSON-LD
    closes: bool  # some of its articles with a mark or a credit, which no stop ends


@dataclass(frozen=True, slots=True)
class Story:
    """An article with all that its page says; None is not said."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    author: str | None
    published: datetime | None
    declared: datetime | None  # by the page's second place
    count: int | None
    free: bool = True
    html: str = ""  # of its body, where that is not its paragraphs


def papers(count: int, dice: random.Random) -> list[Paper]:
    return [
        Paper(
            name=f"paper-{n}",
            language=list(WORDS)[n % len(WORDS)],
            words=dice.choice((180, 300, 450, 700)),
            spread=dice.uniform(0.2, 0.6),
            signed=n % 3 != 0,
            counts=n % 4 == 0,
            closes=n % 5 == 0,
        )
        for n in range(count)
    ]


def sentence(language: str, dice: random.Random) -> str:
    who, does, what, where, before = (dice.choice(words.split("|")) for words in WORDS[language])
    if dice.random() < 0.3:
        who = f"{before} {who[0].lower()}{who[1:]}"
    text = f"{who} {does} {what} {where}"
    if dice.random() < 0.3:
        text += f", {dice.choice(WORDS[language][3].split('|'))}"
    return text + dice.choices((".", "?", "!", ".”"), (90, 5, 2, 3))[0]


def story(paper: Paper, number: int, dice: random.Random) -> Story:
    """A whole one."""
    want = paper.words * dice.lognormvariate(0, paper.spread)
    paragraphs: list[str] = []
    while sum(len(text.split()) for text in paragraphs) < max(90, want):
        paragraphs.append(" ".join(sentence(paper.language, dice) for _ in range(dice.randint(1, 4))))
    if paper.closes and dice.random() < 0.1:
        paragraphs.append("DM" if dice.random() < 0.5 else "Photo: Ben Marsh")
    at = FETCHED - timedelta(hours=dice.randint(2, 200))
    return Story(
        number,
        sentence(paper.language, dice).rstrip(".?!”"),
        tuple(paragraphs),
        dice.choice(NAMES) if paper.signed else None,
        at,
        at + timedelta(hours=dice.randint(0, 20)),
        sum(len(text.split()) for text in paragraphs) if paper.counts else None,
    )


def amid(text: str, dice: random.Random) -> str:
    """A paragraph up to somewhere within a sentence, but not right after its first word."""
    words = text.split()
    ends = {n for n, word in enumerate(words) if word[-1] in ".?!”"}
    inside = [n for n in range(3, len(words)) if n - 1 not in ends and n - 2 not in ends]
    return " ".join(words[: dice.choice(inside)]).rstrip(",")


def cut(one: Story, paper: Paper, dice: random.Random) -> Story:
    keep = dice.randint(max(1, len(one.paragraphs) // 2), len(one.paragraphs) - 1)
    whole = [text for text in one.paragraphs if len(text) > 60]
    return replace(one, paragraphs=(*one.paragraphs[:keep], amid(dice.choice(whole), dice)), count=None)


def announced(one: Story, paper: Paper, dice: random.Random) -> Story:
    last = amid(next(text for text in one.paragraphs if len(text) > 60), dice)
    end = dice.choice(("…", "...", " [...]", f"… [+{dice.randint(90, 9_000)} chars]", "… Read more", " […]"))
    return replace(one, paragraphs=(*one.paragraphs[: len(one.paragraphs) // 2 + 1], last + end), count=None)


def beginning(one: Story, paper: Paper, dice: random.Random) -> Story:
    few = next(text for text in one.paragraphs if len(text) > 60)
    return replace(one, paragraphs=(" ".join(few.split()[:45]).rstrip(",.") + ".",), count=None)


def half(one: Story, paper: Paper, dice: random.Random) -> Story:
    told = round(sum(len(text.split()) for text in one.paragraphs) * dice.choice((0.2, 0.4, 2.5, 4)))
    return replace(one, count=told)


def listing(one: Story, paper: Paper, dice: random.Random) -> Story:
    entries = []
    for n in range(dice.randint(8, 20)):
        title = sentence(paper.language, dice).rstrip(".?!”")
        said = " ".join(sentence(paper.language, dice) for _ in range(dice.randint(1, 2)))
        said = said if dice.random() < 0.5 else amid(said, dice) + "…"
        entries.append(f'<h2><a href="/news/{one.number}-{n}">{title}</a></h2><p>{said}</p>')
    return replace(one, html="".join(entries), count=None)


def links(one: Story, paper: Paper, dice: random.Random) -> Story:
    marked = []
    for text in one.paragraphs:
        words = text.split()
        at = len(words) * 2 // 5
        rest = " ".join(words[at:])
        marked.append(f'<p>{" ".join(words[:at])} <a href="/news/{dice.randint(1, 99)}">{rest}</a></p>')
    return replace(one, html="".join(marked))


def abroad(one: Story, paper: Paper, dice: random.Random) -> Story:
    other = dice.choice([name for name in WORDS if name != paper.language])
    return replace(story(replace(paper, language=other, counts=False), one.number, dice), author=one.author)


def torn(one: Story, paper: Paper, dice: random.Random) -> Story:
    return replace(one, declared=one.published - timedelta(days=dice.randint(3, 900)))


def walled(one: Story, paper: Paper, dice: random.Random) -> Story:
    return replace(one, free=False)


def unsigned(one: Story, paper: Paper, dice: random.Random) -> Story:
    return replace(one, author=None)


def undated(one: Story, paper: Paper, dice: random.Random) -> Story:
    return replace(one, published=None, declared=None)


@dataclass(frozen=True, slots=True)
class Harm:
    """A way to make an article worse."""

    does: Callable[[Story, Paper, random.Random], Story]
    flag: str  # that must be seen
    also: frozenset[str] = frozenset()  # that may be seen, and are right
    of: Callable[[Paper], bool] = lambda _: True


TOO_SHORT = frozenset({"short-for-template", "short", "unlike-word-count"})
HARMS = {
    "cut amid a sentence": Harm(cut, "truncated", TOO_SHORT),
    "says that it goes on": Harm(announced, "truncated", TOO_SHORT | {"paywalled"}),
    "first paragraph only": Harm(beginning, "short-for-template", TOO_SHORT, lambda paper: paper.words > 250),
    "another length than told": Harm(half, "unlike-word-count"),
    "a listing in its place": Harm(listing, "listing-like", TOO_SHORT | {"truncated", "mostly-links"}),
    "links for text": Harm(links, "mostly-links", frozenset({"listing-like"})),
    "in another language": Harm(abroad, "not-the-source-language"),
    "dates apart": Harm(torn, "dates-disagree"),
    "for subscribers": Harm(walled, "paywalled"),
    "without its byline": Harm(unsigned, "no-byline", of=lambda paper: paper.signed),
    "without any date": Harm(undated, "no-date"),
}


def page(paper: Paper, one: Story) -> str:
    """As a publisher's template would write it."""
    data = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": one.title}
    data |= {"datePublished": one.published.isoformat()} if one.published else {}
    data |= {"author": {"@type": "Person", "name": one.author}} if one.author else {}
    data |= {"wordCount": one.count} if one.count else {}
    data |= {} if one.free else {"isAccessibleForFree": False}
    second = f'<meta property="article:published_time" content="{one.declared.isoformat()}">' if one.declared else ""
    body = one.html or "".join(f"<p>{text}</p>" for text in one.paragraphs)
    menu = "".join(f'<li><a href="/{name}">{name.title()}</a></li>' for name in ("news", "sport", "culture", "about"))
    return (
        f'<!doctype html><html lang="{paper.language}"><head><title>{one.title} | {paper.name}</title>{second}'
        f'<script type="application/ld+json">{json.dumps(data)}</script></head><body><nav><ul>{menu}</ul></nav>'
        f"<main><article><h1>{one.title}</h1>{body}</article></main><footer>© {paper.name}</footer></body></html>"
    )
