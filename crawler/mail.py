"""Mail: a message handed to the server that sends it."""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from email.message import EmailMessage

from config.watches import PORTS, Mail
from crawler import sending
from crawler.sending import RefusedError, UnreachableError, UnsentError

_UNFIT = re.compile(r"[^\x20-\x7e]+")
_ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")


def send(server: Mail, message: EmailMessage, to: str, limit: float) -> None:
    """Send it to one address, up to ``limit``, time.monotonic(), and never after. Blocks. Raises UnsentError."""
    try:
        with _connected(server, limit) as smtp:
            _log_in(smtp, server)
            _in_time(limit)
            _hand_over(smtp, server, message, to)
    except smtplib.SMTPResponseException as error:
        raise UnreachableError(
            f"The mail server answered {_said(server, error.smtp_code, error.smtp_error)}."
        ) from None
    except ssl.SSLCertVerificationError as error:
        raise UnreachableError(f"The mail server's certificate is not good: {error.verify_message}.") from None
    except TimeoutError:
        raise UnreachableError(f"The mail server did not answer in {sending.PATIENCE:.0f} seconds.") from None
    except smtplib.SMTPNotSupportedError:
        raise UnreachableError(
            "The mail server has no STARTTLS, or no way to log in; see security and user in [mail]."
        ) from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise UnreachableError(f"The mail server could not be reached ({type(error).__name__}).") from None


def _in_time(limit: float) -> None:
    """Raise TimeoutError where whoever waits has given up, and will send it again."""
    if time.monotonic() > limit:
        raise TimeoutError


@contextlib.contextmanager
def _connected(server: Mail, limit: float) -> Iterator[smtplib.SMTP]:
    """A connection that is cut off at ``limit``: smtplib's own limit is one for each line, and there may be many."""
    _in_time(limit)
    port = server.port or PORTS[server.security]
    context = ssl.create_default_context()
    tls = server.security == "tls"
    patience, name = sending.PATIENCE, socket.gethostname()  # its whole name would take a look-up, of seconds
    smtp = (
        smtplib.SMTP_SSL(server.host, port, name, timeout=patience, context=context)
        if tls
        else smtplib.SMTP(server.host, port, name, timeout=patience)
    )
    over = threading.Event()

    def cut() -> None:
        over.set()
        with contextlib.suppress(OSError, AttributeError):
            assert smtp.sock
            smtp.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, limit - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        if server.security == "starttls":
            smtp.starttls(context=context)
        yield smtp
    except (smtplib.SMTPServerDisconnected, OSError):
        if over.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
        smtp.close()


def _log_in(smtp: smtplib.SMTP, server: Mail) -> None:
    if not server.user:
        return
    try:
        smtp.login(server.user, server.password)
    except smtplib.SMTPAuthenticationError as error:
        raise UnreachableError(
            f"The mail server does not let us in: {_said(server, error.smtp_code, error.smtp_error)}; see user and"
            " password in [mail]."
        ) from None


def _hand_over(smtp: smtplib.SMTP, server: Mail, message: EmailMessage, to: str) -> None:
    try:
        smtp.sendmail(server.address, [to], message.as_bytes())
    except smtplib.SMTPRecipientsRefused as error:
        code, text = error.recipients[to]
        raise _refusal(server, code, text, "the address") from None
    except smtplib.SMTPDataError as error:
        raise _refusal(server, error.smtp_code, error.smtp_error, "the message") from None
    with contextlib.suppress(smtplib.SMTPException, OSError):  # it has the message, whatever it says to our leave
        smtp.quit()


def _refusal(server: Mail, code: int, text: bytes | str, what: str) -> UnsentError:
    if 500 <= code < 600:
        return RefusedError(f"The mail server refused {what}: {_said(server, code, text)}.")
    return UnsentError(f"The mail server will not have {what} now: {_said(server, code, text)}.")


def _said(server: Mail, code: int, text: bytes | str) -> str:
    """Its answer, fit for a log: without addresses, and what it may know to be secret."""
    line = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    for secret in filter(None, (server.password, server.user)):
        line = line.replace(secret, "***")
    line = _ADDRESS.sub("***", _UNFIT.sub(" ", line))
    return f"{code} {line[:200].strip().rstrip('.')}".strip()
