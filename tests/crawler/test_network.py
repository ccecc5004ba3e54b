from __future__ import annotations

import asyncio
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor

import pytest

from crawler.network import Guard, RefusedAddressError, refused, resolve

PRIVATE = """
    0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.255 168.63.129.16 169.254.169.254
    172.16.0.1 172.31.255.255 192.0.0.9 192.0.0.170 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255
    198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1
    2001:db8::1 2002:7f00:1::1 2002:808:808::1 3fff::1 4000::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%lo fec0::1
    ff02::1 1::1
""".split()  # noqa: SIM905  # a word list reads better
PUBLIC = """
    1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 223.255.255.255
    2001:200::1 2606:4700::1111 2a00:1450:4001:80b::200e 2620:0:2d0:200::7
""".split()  # noqa: SIM905  # likewise


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_a_public_hosts_is_refused(address):
    assert refused(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_not_refused(address):
    assert refused(address) == ""


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "0x7f000001", "1.2.3.4.5", "[::1]"])
def test_what_is_no_address_is_refused(text):
    assert refused(text)


def test_the_reason_is_a_word_a_person_understands():
    assert refused("10.1.2.3") == "private"
    assert refused("169.254.169.254") == "link-local"
    assert refused("::1") == "loopback"


async def test_a_name_with_one_private_address_among_public_ones_is_refused():
    async def resolve(host: str, port: int):
        return ["8.8.8.8", "10.0.0.7"]

    with pytest.raises(RefusedAddressError, match=r"news\.test is at 10\.0\.0\.7, which is private"):
        await Guard(allow_private=False, resolve=resolve).connect_tcp("news.test", 80)


def look_up() -> list[str]:
    return asyncio.run(asyncio.wait_for(resolve("127.0.0.1", 80), 10))


def test_names_are_resolved_in_a_forked_process_too():
    assert look_up() == ["127.0.0.1"]
    time.sleep(0.2)  # until the thread that did it counts as idle
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        assert pool.submit(look_up).result() == ["127.0.0.1"]
