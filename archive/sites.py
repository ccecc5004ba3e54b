"""Site: the registrable domain that a URL or a host belongs to, by the public suffix list: the unit of pace.

A publisher's hosts (``www.``, ``sport.``, ``feeds.``) share servers, so a pause between requests is kept for all of
them together. Nothing here looks anything up on the network.
"""

from __future__ import annotations

import functools
import re
from importlib import resources

import publicsuffixlist
from ada_url import URL, HostType

_PLAIN_HOST = re.compile(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,20}")
"""Names that parsing leaves as they are: it takes two thirds of the time in which their site is found."""


def site(url_or_host: str) -> str:
    """The registrable domain (``example.co.uk`` of ``www.example.co.uk``), by the public suffix list; empty if none.

    An IP address and a name outside the public DNS (``localhost``) have no owner to be told by, so there each
    port is a site of its own; a public suffix itself is its own site.
    """
    if len(url_or_host) < 64 and "xn--" not in url_or_host and _PLAIN_HOST.fullmatch(url_or_host):
        return _suffixes().privatesuffix(url_or_host) or url_or_host
    parsed = parse(url_or_host if "://" in url_or_host else f"http://{url_or_host}", "")
    if parsed is None:
        return ""
    name = domain(parsed.hostname)
    if not name or parsed.host_type != HostType.DEFAULT or "." not in name:
        return domain(parsed.host)
    return _suffixes().privatesuffix(name) or name


def same_site(a: str, b: str) -> bool:
    """Whether two URLs or hosts belong to one registrable domain; False where either has none."""
    return bool(first := site(a)) and first == site(b)


@functools.cache
def _suffixes() -> publicsuffixlist.PublicSuffixList:
    """Read when first needed, 20 ms; twice that where the library writes every name as IDNA does, not a few of them."""
    text = resources.files(publicsuffixlist).joinpath("public_suffix_list.dat").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("//")]
    encoded = [publicsuffixlist.encode_idn(line) for line in lines if not line.isascii()]
    return publicsuffixlist.PublicSuffixList([*lines, *encoded], accept_encoded_idn=False)


def parse(url: str, base: str) -> URL | None:
    """An http or https URL by the WHATWG standard, resolved against ``base``; None for anything else."""
    try:
        parsed = URL(url, base) if base else URL(url)
    except ValueError:  # UnicodeEncodeError, for lone surrogates, is one too
        return None
    return parsed if parsed.protocol in {"http:", "https:"} else None


def domain(authority: str) -> str:
    """A parsed ``host[:port]`` without a final dot, or nothing where DNS has no room for it (RFC 1035, 2.3.4)."""
    if authority.startswith("["):
        return authority
    name, colon, port = authority.partition(":")
    name = name.removesuffix(".")
    if len(name) > 253 or any(not 0 < len(label) <= 63 for label in name.split(".")):
        return ""
    return name + colon + port
