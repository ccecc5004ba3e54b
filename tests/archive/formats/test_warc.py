from __future__ import annotations

import gzip
import io
import random
import tracemalloc
from itertools import pairwise

import pytest
import zstandard

from archive.formats import warc
from archive.formats.members import START
from archive.formats.warc import Damage
from tests.warcs import answer, record

RECORDS = [record("response", f"https://a.example/{n}", answer(b"<p>%d" % n * 40)) for n in range(6)]
PLAIN = b"".join(RECORDS)
SHARED = zstandard.ZstdCompressionDict(RECORDS[0] * 3)


def framed(dictionary):
    """A zstd file with the dictionary that its frames are packed with."""
    packer = zstandard.ZstdCompressor(dict_data=SHARED)
    return (
        b"\x5d\x2a\x4d\x18"
        + len(dictionary).to_bytes(4, "little")
        + dictionary
        + b"".join(map(packer.compress, RECORDS))
    )


PACKED = {
    "plain": PLAIN,
    "a member a record": b"".join(map(gzip.compress, RECORDS)),
    "one member": gzip.compress(PLAIN),
    "members of any length": b"".join(gzip.compress(PLAIN[at : at + 100]) for at in range(0, len(PLAIN), 100)),
    "zstd": zstandard.compress(PLAIN),
    "zstd frames": b"".join(map(zstandard.compress, RECORDS)),
    "zstd with a dictionary": framed(SHARED.as_bytes()),
    "zstd with a packed dictionary": framed(zstandard.compress(SHARED.as_bytes())),
}


class Pipe(io.BytesIO):
    def seekable(self):
        return False


def read(data, start=START, limit=100_000, wanted=lambda headers: True, kind=io.BytesIO):
    return list(warc.read(kind(data), wanted, limit, start))


def told(items):
    """The last letter of each record's URL, or why there is none."""
    return [item.why if isinstance(item, Damage) else item.headers["warc-target-uri"][-1] for item in items]


@pytest.mark.parametrize("data", PACKED.values(), ids=PACKED)
@pytest.mark.parametrize("kind", [io.BytesIO, Pipe])
def test_a_file_is_read_however_it_is_packed_and_from_each_record_on(data, kind):
    items = read(data)
    assert [item.block for item in items] == [answer(b"<p>%d" % n * 40) for n in range(6)]
    for number, item in enumerate(items):
        assert told(read(data, item.after, kind=kind)) == told(items)[number + 1 :]


def test_headers_are_found_in_any_case_folded_and_beyond_ascii():
    data = b"WARC/1.1\r\nwarc-TYPE:response\r\nX-Note: a\r\n  b\r\nX-Name: K\xc3\xb6ln\r\nContent-Length: 2\r\n\r\nab"
    (item,) = read(data)
    assert item.headers == {"warc-type": "response", "x-note": "a b", "x-name": "Köln", "content-length": "2"}
    assert item.block == b"ab"


def test_what_is_not_wanted_or_too_long_is_passed_over_without_being_held():
    long = record("response", "https://a.example/L", b"x" * 30_000_000)
    data = gzip.compress(RECORDS[0]) + gzip.compress(long, 1) + gzip.compress(RECORDS[1])
    tracemalloc.start()
    items = read(data, wanted=lambda headers: not headers["warc-target-uri"].endswith("1"))
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()
    assert told(items) == ["0", "L", "1"]
    assert [item.block is None for item in items] == [False, True, True]


def test_a_member_that_unpacks_to_no_end_takes_no_memory():
    bomb = gzip.compress(b"WARC/1.0\r\nWARC-Type: " + b"x" * 30_000_000, 6)
    blank = gzip.compress(b"\r\n" * 10_000_000, 6)
    tracemalloc.start()
    items = read(gzip.compress(RECORDS[0]) + bomb + blank + gzip.compress(RECORDS[1]))
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()
    assert told(items) == ["0", "its header has no end", "1"]


@pytest.mark.parametrize("name", ["plain", "a member a record"])
def test_a_file_that_ends_too_soon_is_read_up_to_there_and_once_it_is_whole_from_there(name):
    items = read(PACKED[name][:-30])
    assert told(items) == [*"01234", "the file ends amid it"]
    assert items[-1].headers["warc-target-uri"] == "https://a.example/5"
    assert told(read(PACKED[name], items[-1].after)) == ["5"]


def test_a_damaged_record_is_told_and_the_next_is_found():
    data = bytearray(PACKED["a member a record"])
    for at in (len(gzip.compress(RECORDS[0])) + 40, len(data) - len(gzip.compress(RECORDS[5])) - 60):
        data[at : at + 8] = b"\xff" * 8
    assert told(read(bytes(data))) == ["0", *["its bytes are damaged"], "2", "3", *["its bytes are damaged"], "5"]


@pytest.mark.parametrize("length", [3, 700])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_record_of_another_length_than_it_says_takes_no_other_with_it(length, pack):
    wrong = record("response", "https://a.example/W", answer(b"<p>wrong" * 20), length=length)
    items = read(b"".join(map(pack, [RECORDS[0], wrong, *RECORDS[1:]])))
    assert told(items) == ["0", "it is not as long as its header says", *"12345"]
    assert items[1].headers["warc-target-uri"] == "https://a.example/W"


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (b"garbage\r\nWARC/ more\r\n" * 3, "no record begins here: it is damaged, or no WARC file"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n\r\n", "its header does not say how long it is"),
        (b"WARC/1.0\r\nContent-Length: -1\r\n\r\n", "its header does not say how long it is"),
        (b"WARC/1.0\r\nno colon\r\n\r\n", "its header is damaged"),
    ],
)
def test_what_is_no_record_is_told_and_the_next_is_found(harm, why):
    assert told(read(RECORDS[0] + harm + RECORDS[1])) == ["0", why, "1"]


def test_an_empty_file_and_one_that_is_no_warc_hold_no_records():
    assert read(b"") == []
    assert told(read(b"<html>" * 1000)) == ["no record begins here: it is damaged, or no WARC file"]


def test_whatever_is_done_to_a_file_it_is_read_to_its_end():
    for seed in range(400):
        chance = random.Random(seed)
        data = bytearray(chance.choice(list(PACKED.values())))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data))
            data[at : at + chance.choice((1, 4, 30))] = chance.randbytes(chance.choice((0, 1, 4, 30)))
        items = read(bytes(data))
        assert len(items) <= 20
        assert all(a.after <= b.at for a, b in pairwise(items))
