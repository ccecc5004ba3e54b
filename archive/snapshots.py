"""Snapshots: raw pages compressed against other pages of the same site, byte for byte. Pure: no SQL here.

Pages of one site share most of their bytes (templates, scripts, navigation), so that zstd with such pages as raw
dictionary keeps a page in about a third of what it takes alone (python -m tests.bench.size). A dictionary is kept on
its own, never against another: no chains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import zstandard

LEVEL = 5
"""As pages come: a tenth smaller than level 3 for .2 ms a page of 100 kB; level 9 takes as much again for 7 %."""
WINDOW_LOG = 24  # 16 MB: matches must reach over the page into the dictionary
MAX_DICTIONARY = 2_000_000
"""Bytes of the largest page that is used as a dictionary: each later page pays for reading it."""
MAX_TOGETHER = 1_000_000
"""Bytes of several pages in one dictionary: with more, a page would not be read in a millisecond."""
MAX_BODY = 1 << 30
"""Bytes that decompress gives at most."""
_HELPS = 0.9
"""Of the bytes that a page takes alone: a dictionary that saves less is of no use."""


class DamagedError(ValueError):
    """What is kept cannot be read back."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A compressed page, and whether it was compressed against the dictionary offered."""

    body: bytes
    with_dictionary: bool
    helps: bool
    """Whether the dictionary saved at least a tenth: if not, the site has other pages by now."""


class Dictionary:
    """Pages that others are compressed against, made ready once: that takes longer than to compress a page."""

    def __init__(self, content: bytes, packed: int, level: int = LEVEL) -> None:
        """``packed``: bytes that ``content`` takes on its own."""
        # By itself, zstd would look at these pages by a table that is as large for a small site as for a large one.
        # An entry for two to four bytes loses 1 %, and one for more a tenth.
        log = min(max(len(content).bit_length() - 1, 14), 20)
        tables = {"hash_log": log, "chain_log": log} if level <= LEVEL else {}
        self._level, self._parameters = level, _parameters(level, tables)
        self._dictionary = _raw(content)
        if self._dictionary:
            self._dictionary.precompute_compress(compression_params=self._parameters)
        self._rate = packed / max(len(content), 1)
        self.memory = len(content) + (6 << log)
        """Bytes that it takes up, about."""

    def pack(self, body: bytes) -> Packed:
        """The smaller of the page alone and the page against these."""
        compressor = zstandard.ZstdCompressor(compression_params=self._parameters, dict_data=self._dictionary)
        against = compressor.compress(body)
        # A page that takes less a byte than the dictionary's own pages did is the usual case, and not tried alone.
        if len(against) < _HELPS * self._rate * len(body):
            return Packed(against, with_dictionary=True, helps=True)
        alone = compress(body, self._level)
        helps = len(against) < _HELPS * len(alone)
        if len(against) < len(alone):
            return Packed(against, with_dictionary=True, helps=helps)
        return Packed(alone, with_dictionary=False, helps=helps)


def compress(body: bytes, level: int = LEVEL) -> bytes:
    """zstd, on its own."""
    return zstandard.ZstdCompressor(compression_params=_parameters(level)).compress(body)


def decompress(packed: bytes, dictionary: bytes | None = None) -> bytes:
    """What compress or pack was given. Raises DamagedError if that cannot be had."""
    try:
        reader = zstandard.ZstdDecompressor(dict_data=_raw(dictionary), max_window_size=1 << 27)
        return reader.decompress(packed, max_output_size=MAX_BODY)
    except zstandard.ZstdError as error:
        raise DamagedError(f"a stored page cannot be decompressed: {error}") from error


def opened(dictionary: bytes) -> bytes:
    """A dictionary as it is kept, decompressed. Raises DamagedError if that cannot be had."""
    try:
        size = zstandard.frame_content_size(dictionary)
    except zstandard.ZstdError as error:
        raise DamagedError(f"a dictionary cannot be decompressed: {error}") from error
    if size > MAX_DICTIONARY:  # a damaged length, which would be allocated
        raise DamagedError("its length is damaged")
    return decompress(dictionary)


def together(pages: Sequence[bytes]) -> bytes:
    """Several pages of a site as one dictionary: the last whole, before it what the others have besides.

    What is nearest to the page is found cheapest. What they share stands once, which makes half of four pages, and as
    much less to read for each page; a tenth of what they would save whole is lost by that.
    """
    *others, last = pages
    size, parts = len(last), [last]
    seen = set(last.split(b"<")) if others else set()
    for page in reversed(others):
        unseen = [part for part in dict.fromkeys(page.split(b"<")) if part not in seen]
        news = b"<".join(unseen)
        if size + len(news) <= MAX_TOGETHER:
            size += len(news)
            parts.append(news)
            seen.update(unseen)
    return b"".join(reversed(parts))


def _parameters(level: int, tables: Mapping[str, int] | None = None) -> zstandard.ZstdCompressionParameters:
    return zstandard.ZstdCompressionParameters.from_level(
        level, window_log=WINDOW_LOG, write_content_size=True, write_dict_id=False, **(tables or {})
    )


def _raw(dictionary: bytes | None) -> zstandard.ZstdCompressionDict | None:
    return zstandard.ZstdCompressionDict(dictionary, zstandard.DICT_TYPE_RAWCONTENT) if dictionary else None
