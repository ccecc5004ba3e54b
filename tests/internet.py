"""A small internet for tests with address checks on: names and public addresses that lead to local sites.

    with Internet(monkeypatch) as net:
        ill = net.site("ill.test", "93.184.215.14")
        net.names["two.test"] = [["93.184.215.14"], ["127.0.0.1"]]    # its addresses, look-up by look-up

What the guard checks is what a real one would be told; only then, public addresses lead to the local sites, and all
others nowhere: ``net.reached`` names them.
"""

from __future__ import annotations

import socket
from types import TracebackType
from typing import Self

import httpcore
import pytest

from crawler import network
from crawler.fetch import Fetcher
from crawler.stream import Direct
from tests.site import Site


class OneSite(Direct):
    """Takes the place of the guard's way to the network, after its check: all addresses lead to one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.reached: list[str] = []

    async def connect_tcp(self, host, port, *rest):
        self.reached.append(host)
        return await super().connect_tcp("127.0.0.1", self.site.port)


class Named(Site):
    """A Site that goes by a name of its own, at port 80."""

    def __init__(self, name: str) -> None:
        super().__init__({})
        self.name = name

    def url(self, target: str = "/") -> str:
        return f"http://{self.name}{target}"


class Internet:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: dict[str, list[list[str]]] = {}
        """Each name's answers in turn, the last one for ever; an address that is none of them is itself."""
        self.reached: list[str] = []
        self._ports: dict[str, int] = {}
        self._sites: list[Site] = []
        net = self

        class Wire(Direct):
            async def connect_tcp(self, host, port, *rest):
                net.reached.append(host)
                if host not in net._ports:
                    raise httpcore.ConnectError("nobody there")
                return await super().connect_tcp("127.0.0.1", net._ports[host], *rest)

        monkeypatch.setattr(network, "Direct", Wire)
        monkeypatch.setitem(Fetcher.__init__.__kwdefaults__, "resolve", self._resolve)

    def site(self, name: str, address: str) -> Named:
        site = Named(name)
        self._sites.append(site)
        self._ports[address] = site.port
        self.names[name] = [[address]]
        return site

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for site in self._sites:
            site.__exit__(kind, error, trace)

    async def _resolve(self, host: str, port: int) -> list[str]:
        if turns := self.names.get(host):
            return turns.pop(0) if len(turns) > 1 else turns[0]
        return [entry[4][0] for entry in socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST)]
