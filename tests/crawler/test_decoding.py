from __future__ import annotations

import asyncio
import gzip
import os
import tracemalloc
import zlib
from functools import partial

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from crawler.decoding import Problem, decode

TEXT = ("The council met on Tuesday. " * 500).encode()
NOISE = os.urandom(300_000)
LIMIT = 1_000_000


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACK = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda data: brotli.compress(data, quality=5),
    "zstd": zstandard.compress,
}


async def chunks(data: bytes, size: int = 4_096):
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("size", [1, 7, 4_096, 10_000_000])
@pytest.mark.parametrize("data", [b"", b"a", TEXT, NOISE[:20_000]], ids=["empty", "one", "text", "noise"])
@pytest.mark.parametrize("encoding", PACK)
async def test_every_coding_gives_back_what_was_packed_however_it_arrives(encoding, data, size):
    assert await decode(chunks(PACK[encoding](data), size), encoding, LIMIT) == data


@pytest.mark.parametrize("encoding", ["", "identity", " Identity ", "identity, identity", "none", "UTF-8"])
async def test_a_body_that_is_not_packed_is_left_alone(encoding):
    assert await decode(chunks(NOISE), encoding, LIMIT) == NOISE


async def test_deflate_without_its_wrapping_is_understood():
    assert await decode(chunks(raw_deflate(TEXT), 3), "deflate", LIMIT) == TEXT


async def test_codings_on_top_of_each_other_are_undone_from_the_last_to_the_first():
    assert await decode(chunks(brotli.compress(gzip.compress(TEXT))), "gzip, br", LIMIT) == TEXT
    assert await decode(chunks(gzip.compress(gzip.compress(TEXT)), 5), "GZIP,gzip", LIMIT) == TEXT


async def test_three_codings_on_top_of_each_other_are_one_too_many():
    packed = gzip.compress(gzip.compress(gzip.compress(TEXT)))
    assert await decode(chunks(packed), "gzip, gzip, gzip", LIMIT) is Problem.BAD_ENCODING


@pytest.mark.parametrize("size", [1, 4_096])
async def test_gzip_members_and_zstd_frames_in_a_row_are_one_body(size):
    assert await decode(chunks(gzip.compress(b"one ") + gzip.compress(b"two"), size), "gzip", LIMIT) == b"one two"
    frames = zstandard.compress(b"one ") + zstandard.compress(b"two")
    assert await decode(chunks(frames, size), "zstd", LIMIT) == b"one two"


@pytest.mark.parametrize("size", [1, 4_096])
@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_padding_after_the_end_is_no_harm(encoding, size):
    padded = PACK[encoding](TEXT) + b"\0" * 700
    assert await decode(chunks(padded, size), encoding, LIMIT) == TEXT


@pytest.mark.parametrize("encoding", ["compress", "sdch", "gzip;q=1", "dcz", "🗜"])
async def test_an_unknown_coding_is_said_to_be_bad(encoding):
    assert await decode(chunks(TEXT), encoding, LIMIT) is Problem.BAD_ENCODING


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_a_damaged_or_cut_body_is_said_to_be_bad(encoding):
    packed = PACK[encoding](NOISE[:50_000])
    assert await decode(chunks(packed[:-9]), encoding, LIMIT) is Problem.BAD_ENCODING
    assert await decode(chunks(b"<html>" + packed), encoding, LIMIT) is Problem.BAD_ENCODING


@pytest.mark.parametrize("encoding", ["", *PACK])
async def test_a_body_at_the_limit_passes_and_one_byte_more_does_not(encoding):
    pack = PACK.get(encoding, bytes)
    text = TEXT.ljust(LIMIT, b"x")
    assert len(await decode(chunks(pack(text)), encoding, LIMIT)) == LIMIT
    assert await decode(chunks(pack(text + b"x")), encoding, LIMIT) is Problem.TOO_LARGE


BOMBS = {
    "gzip": ("gzip", gzip.compress),
    "deflate": ("deflate", raw_deflate),
    "br": ("br", partial(brotli.compress, quality=5)),
    "zstd": ("zstd", zstandard.ZstdCompressor(level=19).compress),
    "gzip of gzip": ("gzip, gzip", lambda zeros: gzip.compress(gzip.compress(zeros))),
    "hidden behind an ended stream": ("br, gzip", lambda zeros: gzip.compress(brotli.compress(b"x") + zeros)),
    "empty members": ("gzip", lambda _: gzip.compress(b"") * 100_000),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_is_given_up_without_being_unpacked(name):
    encoding, pack = BOMBS[name]
    packed = pack(bytes(100_000_000))
    tracemalloc.start()
    try:
        assert await decode(chunks(packed, 65_536), encoding, LIMIT) in set(Problem)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * LIMIT


async def test_other_tasks_get_their_turn_while_a_large_body_is_unpacked():
    turns = 0

    async def other():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    packed = zstandard.compress(b"\0" * 40_000_000)
    assert len(await decode(chunks(packed, 10_000_000), "zstd", 50_000_000)) == 40_000_000
    task.cancel()
    assert turns > 10


async def test_a_window_larger_than_the_web_allows_is_refused():
    params = zstandard.ZstdCompressionParameters.from_level(3, window_log=27)
    packer = zstandard.ZstdCompressor(compression_params=params).compressobj()
    assert await decode(chunks(packer.compress(TEXT) + packer.flush()), "zstd", LIMIT) is Problem.BAD_ENCODING


@given(
    data=st.binary(max_size=300), size=st.integers(1, 64), encoding=st.sampled_from(["gzip", "deflate", "br", "zstd"])
)
def test_no_bytes_raise(data, size, encoding):
    assert isinstance(asyncio.run(decode(chunks(data, size), encoding, 10_000)), bytes | Problem)
