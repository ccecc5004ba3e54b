"""Page: the templates, rendered."""

from __future__ import annotations

import functools
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).with_name("templates")

MONTHS = {
    "en": "January|February|March|April|May|June|July|August|September|October|November|December",
    "es": "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
}


def render(template: str, **context: object) -> bytes:
    """A template under templates/, as UTF-8."""
    return _environment().get_template(template).render(context).encode()


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.do"],
    )
    environment.filters |= {"rfc822": format_datetime, "english": _english, "spanish": _spanish}
    return environment


def _english(at: datetime) -> str:
    return f"{at.day} {_month(at, 'en')} {at.year}"


def _spanish(at: datetime) -> str:
    return f"{at.day} de {_month(at, 'es')} de {at.year}"


def _month(at: datetime, language: str) -> str:
    return MONTHS[language].split("|")[at.month - 1]
