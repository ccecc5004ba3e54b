"""Snapshots: raw pages compressed against another page of the same site, byte for byte. Pure: no SQL here.

Two pages of one site share most of their bytes (templates, scripts, navigation), so zstd with such a page as raw
dictionary keeps a page in about two thirds of what zstd takes alone (notes of measurements in the README).
A dictionary is a page kept on its own, never against another: no chains.
"""

from __future__ import annotations

from dataclasses import dataclass

import zstandard

LEVEL = 3  # level 19 gains a fifth and costs a hundredfold
WINDOW_LOG = 24  # 16 MB: matches must reach over the page into the dictionary
MAX_DICTIONARY = 2_000_000
"""Bytes of the largest page that is used as a dictionary: each later page pays for reading it."""
MAX_BODY = 1 << 30
"""Bytes that decompress gives at most."""


class DamagedError(ValueError):
    """What is kept cannot be read back."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A compressed page, and whether it was compressed against the dictionary offered."""

    body: bytes
    with_dictionary: bool
    helps: bool
    """Whether the dictionary saved at least a tenth: if not, the site has other pages by now."""


def compress(body: bytes) -> bytes:
    """zstd, on its own."""
    return zstandard.ZstdCompressor(compression_params=_parameters()).compress(body)


def decompress(packed: bytes, dictionary: bytes | None = None) -> bytes:
    """What compress or pack was given. Raises DamagedError if that cannot be had."""
    try:
        reader = zstandard.ZstdDecompressor(dict_data=_raw(dictionary), max_window_size=1 << 27)
        return reader.decompress(packed, max_output_size=MAX_BODY)
    except zstandard.ZstdError as error:
        raise DamagedError(f"a stored page cannot be decompressed: {error}") from error


def pack(body: bytes, dictionary: bytes) -> Packed:
    """The smaller of the page alone and the page against a page of its site (uncompressed)."""
    alone = compress(body)
    against = zstandard.ZstdCompressor(compression_params=_parameters(), dict_data=_raw(dictionary)).compress(body)
    helps = len(against) < 0.9 * len(alone)
    if len(against) < len(alone):
        return Packed(against, with_dictionary=True, helps=helps)
    return Packed(alone, with_dictionary=False, helps=helps)


def _parameters() -> zstandard.ZstdCompressionParameters:
    return zstandard.ZstdCompressionParameters.from_level(
        LEVEL, window_log=WINDOW_LOG, write_content_size=True, write_dict_id=False
    )


def _raw(dictionary: bytes | None) -> zstandard.ZstdCompressionDict | None:
    return zstandard.ZstdCompressionDict(dictionary, zstandard.DICT_TYPE_RAWCONTENT) if dictionary else None
