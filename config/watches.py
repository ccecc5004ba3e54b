"""Watch: a search that is saved, and who is told of what it finds; and the server that sends mail."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from config import names
from config.receivers import check_address, check_command, check_webhook

LONGEST = 2_000
"""Characters of a query: what is longer was not typed by a person."""
PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""How the connection to a mail server is kept from being read → its usual port."""
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_TERM = re.compile(r'(-?)("[^"]*"?|[^\s"]+)')
"""Of a query, as archive.query reads it."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A saved search. Each new match is told to each receiver, once; a feed of them is there in any case."""

    name: str
    """Short and unique: ``a-z``, digits, ``-`` and ``_``."""
    query: str = ""
    """Words that must all occur, ``"phrases"``, ``begin*``, ``-without``, ``a OR b``; empty: any text."""
    sources: tuple[str, ...] = ()
    """Names; of one of these it must be. Empty: of any."""
    author: str = ""
    """One of its authors, whole, whatever the case; empty: any."""
    tag: str = ""
    """One of its tags, likewise."""
    language: str = ""
    """As ``en``, likewise."""
    webhook: str = field(default="", repr=False)
    """An address to which each match is sent by POST, as JSON; empty: none. It is never shown."""
    email: tuple[str, ...] = ()
    """Addresses to which new matches are sent."""
    command: tuple[str, ...] = ()
    """A program, with its arguments, that gets each match as JSON on its standard input; none if empty."""

    def __post_init__(self) -> None:
        names.check(self.name)
        if len(self.query) > LONGEST:
            raise ValueError(f"query may have {LONGEST} characters at most, not {len(self.query)}")
        if self.query and not has_word(self.query):
            raise ValueError("query has no word to look for: words to leave out count only beside words to find")
        if not (self.query or self.sources or self.author or self.tag or self.language):
            raise ValueError("query is missing: what to look for, or else sources, an author, a tag or a language")
        for address in self.email:
            check_address("email", address)
        check_webhook(self.webhook)
        check_command(self.command)


@dataclass(frozen=True, slots=True)
class Mail:
    """The server by which mail is sent, and in whose name."""

    host: str = ""
    """Its name; empty: there is none."""
    port: int = 0
    """0: the usual one, 587, 465 or 25 by ``security``."""
    security: str = "starttls"
    """``starttls``, ``tls`` from the first byte on, or ``none``. Certificates are checked."""
    user: str = ""
    """Empty: it asks for none."""
    password: str = field(default="", repr=False)
    """From the environment alone; never shown."""
    sender: str = ""
    """The address that messages come from; empty: ``user``."""

    def __post_init__(self) -> None:
        if self.security not in PORTS:
            raise ValueError(f'security must be "starttls", "tls" or "none", not "{self.security}"')
        if not 0 <= self.port <= 65_535:
            raise ValueError(f"port must be from 0 to 65535, not {self.port}")
        if self.host and not re.fullmatch(r"[A-Za-z0-9.:_-]+", self.host):
            raise ValueError(f'host must be the name of a mail server, as "mail.example.org", not {self.host!r}')
        if self.sender:
            check_address("sender", self.sender)
        if self.user and self.security == "none" and self.host and self.host not in HERE:
            raise ValueError('security is "none", by which the password could be read on its way; leave out user')

    @property
    def address(self) -> str:
        """The address that messages come from; empty if none is known."""
        return self.sender or (self.user if "@" in self.user else "")


def has_word(query: str) -> bool:
    """Whether there is a word to look for, and not only words to leave out."""
    return any(not minus and term != "OR" and any(map(str.isalnum, term)) for minus, term in _TERM.findall(query))
