"""Cookie file: a subscriber's cookies from the file in which browsers and curl keep them.

The Netscape format, a cookie a line and seven fields parted by tabs: domain, whether subdomains see it, path, whether
it is for https alone, expiry in seconds since 1970 (0: at the session's end), name, value. A line that begins with
``#`` is a comment, but with ``#HttpOnly_`` a cookie that scripts must not see.
"""

from __future__ import annotations

import logging
import re
import stat
import time
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from ada_url import idna_to_ascii
from publicsuffixlist import PublicSuffixList

from config.models import Cookie, Secret
from config.secrets import REFERENCE
from config.values import ConfigError

log = logging.getLogger(__name__)

MAX_BYTES = 5_000_000
"""Of a cookie file; a browser's whole jar of 3,000 cookies has some 600 kB."""
FOREVER = 253_402_300_799
"""The last second of year 9999. What is later, as milliseconds are, counts as this."""

_HTTP_ONLY = "#HttpOnly_"
_END = re.compile(r"\r\n|\r|\n")  # what else Unicode takes for a line's end may stand in a value
_SECONDS = re.compile(r"-?\d{1,20}(?:\.\d*)?|")
_TRUTH = {"TRUE": True, "FALSE": False}


def read(written: str, home: str, folder: Path, where: str, environ: Mapping[str, str]) -> tuple[Cookie, ...]:
    """The cookies in the file ``written`` for the site of ``home``, in the file's order; those of others are left out.

    ``written`` is a path relative to ``folder``, in which ``~`` and ``${NAME}`` stand for what they do in a shell;
    ``where`` is the configuration's file and key. Raises ConfigError, which names the file and the line and never
    shows a value. What a person should know and can live with is logged as a warning.
    """
    path = folder / Path(_filled(written, where, environ)).expanduser()
    try:
        about = path.stat()
        if about.st_size > MAX_BYTES:
            raise ConfigError(f"{where}: {path} has more than {MAX_BYTES:,} bytes, so it is no file of cookies")
        lines = _END.split(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{where}: {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{where}: {path} is not UTF-8, so it is no file of cookies") from None
    site = _site(_ascii(urlsplit(home).hostname or ""))
    found = [
        cookie for number, line in enumerate(lines, 1) if (cookie := _cookie(line, site, f"{path}, line {number}"))
    ]
    if about.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        log.warning("%s can be read by other users of this machine, who could sign in with it: chmod 600 it", path)
    if not found:
        log.warning("%s has no cookie for %s, so none is sent", path, site)
    elif all(cookie.expired(time.time()) for cookie in found):
        log.warning("%s: every cookie for %s has expired: sign in and save it anew", path, site)
    return tuple(found)


def _filled(written: str, where: str, environ: Mapping[str, str]) -> str:
    for name in REFERENCE.findall(written):
        if not environ.get(name):
            raise ConfigError(f"{where} needs the environment variable {name}, which is not set or empty")
    return REFERENCE.sub(lambda found: environ[found[1]], written)


def _cookie(line: str, site: str, where: str) -> Cookie | None:
    """One line's cookie; None for a comment and for another site's. Raises ConfigError."""
    http_only = line.startswith(_HTTP_ONLY)
    line = line.removeprefix(_HTTP_ONLY)
    if not line.strip() or line.startswith("#"):
        return None
    parts = line.split("\t")
    if len(parts) == 6:  # an empty value, of which an editor cut the tab
        parts.append("")
    if len(parts) != 7:
        raise ConfigError(f"{where}: there must be 7 fields parted by tabs, not {len(parts)}; save the file anew")
    domain, subdomains, path, secure, expires, name, value = (part.strip(" ") for part in parts)
    if subdomains.upper() not in _TRUTH or secure.upper() not in _TRUTH:
        raise ConfigError(f"{where}: the second and the fourth field must be TRUE or FALSE; save the file anew")
    if not _SECONDS.fullmatch(expires):
        raise ConfigError(f"{where}: the fifth field must be a number, the expiry in seconds since 1970")
    host = _ascii(domain.removeprefix("."))
    if not host or _site(host) != site:
        return None
    try:
        return Cookie(
            name=name,
            value=Secret(value),
            domain=host,
            subdomains=_TRUTH[subdomains.upper()],
            path=path if path.startswith("/") else "/",
            secure=_TRUTH[secure.upper()],
            expires=max(0, min(int(float(expires or 0)), FOREVER)),
            http_only=http_only,
        )
    except ValueError as error:
        raise ConfigError(f"{where}: {error}") from None


def _ascii(host: str) -> str:
    """A host as it is asked for: in lower case, ``bücher.example`` as ``xn--…``, without a final dot."""
    try:
        return idna_to_ascii(host.lower()).decode().removesuffix(".")
    except ValueError:  # an address in brackets, or what is no host at all
        return host.lower().removesuffix(".")


def _site(host: str) -> str:
    """Whom a host belongs to: its registrable domain; an address and a name outside the public DNS, to itself."""
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        return PublicSuffixList().privatesuffix(host) or host
