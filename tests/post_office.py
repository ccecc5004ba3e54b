"""A small real mail server on loopback, for tests over real sockets.

    with PostOffice() as post:
        ...Mail(host=post.host, port=post.port, security="none")...
    assert post.letters[0].to == ["desk@example.org"]

``post.answers`` is a plain dict of a verb (``RCPT``, ``DATA``, ``.`` for the end of a message …) to what is answered in
place of what would be: a line, or a function that may wait and then gives one, or None for the usual.
"""

from __future__ import annotations

import base64
import contextlib
import email
import email.policy
import socketserver
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Self


@dataclass(frozen=True)
class Letter:
    sender: str
    to: list[str]
    raw: bytes
    user: str

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)


@dataclass
class PostOffice:
    certificate: tuple | None = None
    """Files of a certificate and its key: it has STARTTLS then."""
    tls: bool = False
    """From the first byte on."""
    password: str = ""
    """That it wants to be told first."""
    answers: dict[str, str | Callable[[], str | None]] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """Verbs, as they came."""
    host: str = "127.0.0.1"

    def __enter__(self) -> Self:
        office = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError, ValueError):
                    _Talk(office, self.request).go()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self._server = Server((self.host, 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.certificate)
        return context


class _Talk:
    def __init__(self, office: PostOffice, connection) -> None:
        self.office = office
        self.secure = office.tls
        self.user = self.sender = ""
        self.to: list[str] = []
        self.own = None
        self.take(office.context().wrap_socket(connection, server_side=True) if office.tls else connection)

    def take(self, connection) -> None:
        self.own = connection
        self.file = connection.makefile("rb")

    def say(self, line: str) -> None:
        self.own.sendall(f"{line}\r\n".encode())

    def go(self) -> None:
        self.say(self.asked("CONNECT") or "220 post.example ESMTP")
        try:
            while line := self.file.readline().decode().strip():
                verb = line.split(" ", 1)[0].upper()
                self.office.said.append(verb)
                if verb == "QUIT":
                    self.say("221 bye")
                    return
                self.answer(verb, line)
        finally:
            self.file.close()
            self.own.close()

    def asked(self, verb: str) -> str | None:
        answer = self.office.answers.get(verb)
        return answer() if callable(answer) else answer

    def answer(self, verb: str, line: str) -> None:
        if said := self.asked(verb):
            self.say(said)
            return
        match verb:
            case "EHLO":
                more = ["AUTH PLAIN"] if self.office.password else []
                more += ["STARTTLS"] if self.office.certificate and not self.secure else []
                lines = ["post.example", *more]
                for number, each in enumerate(lines):
                    self.say(f"250{' ' if number == len(lines) - 1 else '-'}{each}")
            case "STARTTLS":
                self.say("220 go ahead")
                self.secure = True
                self.take(self.office.context().wrap_socket(self.own, server_side=True))
            case "AUTH":
                _, self.user, password = base64.b64decode(line.split()[2]).decode().split("\0")
                self.say("235 welcome" if password == self.office.password else f"535 no such user as {self.user}")
            case "MAIL":
                self.sender, self.to = line.partition("<")[2].partition(">")[0], []
                self.say("530 log in first" if self.office.password and not self.user else "250 ok")
            case "RCPT":
                self.to.append(line.partition("<")[2].partition(">")[0])
                self.say("250 ok")
            case "DATA":
                self.say("354 go on")
                self.message()
            case _:
                self.say("250 ok")

    def message(self) -> None:
        lines = []
        while (line := self.file.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        if not line:
            return
        if said := self.asked("."):
            self.say(said)
            return
        self.office.letters.append(Letter(self.sender, self.to, b"".join(lines), self.user))
        self.say("250 taken")
