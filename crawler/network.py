"""Address: which hosts on the network may be spoken to, decided on the address that is then connected to.

A check before the connection would not do: a name can resolve differently a moment later. So the name is
resolved here, every address it has is checked, and the connection goes to a checked address. TLS still checks
the certificate against the name.
"""

from __future__ import annotations

import asyncio
import functools
import os
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv6Address, ip_address, ip_network
from itertools import chain, zip_longest

import httpcore
import httpx

from crawler.aside import Aside
from crawler.stream import Direct
from crawler.transport import Transport

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives a name's addresses; raises OSError where it has none."""

# After the IANA registries of special-purpose addresses (RFC 6890), spelled out because what ``ipaddress`` calls
# global differs between Python versions and includes multicast and ways to reach IPv4 through IPv6.
SPECIAL = tuple(
    (ip_network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "a cloud platform's own"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignment"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "IPv4-mapped"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "NAT64"),
        ("100::/64", "discard"),
        ("2001::/23", "protocol assignment"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)
GLOBAL_V6 = ip_network("2000::/3")
"""The only part of IPv6 that is given out as global unicast."""

MAX_ADDRESSES = 6
"""Tried for one connection."""


def refused(address: str) -> str:
    """Why an IP address must not be fetched from, as ``loopback``; empty if it is a public one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "not an IP address"
    for network, reason in SPECIAL:
        if parsed in network:
            return reason
    return "reserved" if isinstance(parsed, IPv6Address) and parsed not in GLOBAL_V6 else ""


class RefusedAddressError(Exception):
    """A host has an address that must not be fetched from."""


@functools.cache
def _threads(_process: int) -> Aside:
    # One for each process: a forked one inherits the object but none of its threads.
    # Not the event loop's own few threads: names that do not resolve would hold up everything else done there.
    return Aside(32, "resolver")


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, in the order in which the system would try them."""
    look_up = functools.partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await _threads(os.getpid()).call(look_up)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only, or to any with ``allow_private``."""

    def __init__(self, *, allow_private: bool, resolve: Resolve = resolve) -> None:
        self._allow_private = allow_private
        self._resolve = resolve
        self._inner = Direct()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the interface's own
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises RefusedAddressError if any address of the host is refused, else as httpcore does."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._addresses(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("the host's name was not resolved in time") from error
        share = timeout and timeout / len(addresses)
        problem: Exception = httpcore.ConnectError("the host has no address")
        for address in addresses:
            try:
                return await self._inner.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _addresses(self, host: str, port: int) -> list[str]:
        """The host's addresses, all of them checked, the families in turn so that a dead one costs little."""
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("the host's name does not resolve") from error
        if not self._allow_private:
            for address in found:
                if reason := refused(address):
                    raise RefusedAddressError(f"{host} is at {address}, which is {reason}")
        first = [address for address in found if (":" in address) == (":" in found[0])]
        other = [address for address in found if address not in first]
        turns = chain.from_iterable(zip_longest(first, other))
        addresses = [address for address in turns if address is not None][:MAX_ADDRESSES]
        if not addresses:
            raise httpcore.ConnectError("the host has no address")
        return addresses


@functools.cache
def tls_context() -> ssl.SSLContext:
    """The process's one context: building one takes 120 ms."""
    return httpx.create_ssl_context(trust_env=False)


def guarded_transport(
    *, allow_private: bool, resolve: Resolve = resolve, tls: ssl.SSLContext | None = None
) -> Transport:
    """A transport whose every connection goes through the address check, and that no environment variable bends."""
    return Transport(Guard(allow_private=allow_private, resolve=resolve), tls or tls_context())
