"""Snapshots: raw pages compressed against other pages of the same site, byte for byte. Pure: no SQL here.

Pages of one site share most of their bytes (templates, scripts, navigation), so that zstd with such pages as raw
dictionary keeps a page in about a third of what it takes alone (python -m tests.bench.size). A dictionary is kept on
its own, never against another: no chains.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import zstandard

LEVEL = 3
"""As pages come. Level 5 makes them a twentieth smaller and takes twice as long, or three times where nothing is alike
(0.4 ms and 1.0 a page of 120 kB); 'cuttings compact' has the time for more."""
WINDOW_LOG = 24  # 16 MB: matches must reach over the page into the dictionary
MAX_DICTIONARY = 2_000_000
"""Bytes of the largest page that is used as a dictionary: each later page pays for reading it."""
MAX_TOGETHER = 500_000
"""Bytes beside a page in its dictionary: with more, a page would not be read in a millisecond."""
MAX_BODY = 1 << 30
"""Bytes that decompress gives at most."""
_HELPS = 0.9
"""Of the bytes that a page takes alone: a dictionary that saves less is of no use."""
_IN_VAIN, UNTRIED = 3, 7
"""Pages in a row for which it was of no use, and how many are compressed alone then: to try both takes twice as
long."""


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
    """Pages that others are compressed against, made ready at the second one: that takes longer than to compress it."""

    def __init__(self, content: bytes, packed: int, level: int = LEVEL, *, untried: int = UNTRIED) -> None:
        """``packed``: bytes that ``content`` takes on its own. ``untried``: see UNTRIED."""
        # By itself, zstd would look at these pages by a table that is as large for a small site as for a large one.
        # An entry for two to four bytes loses 1 %, and one for more a tenth.
        log = min(max(len(content).bit_length() - 1, 14), 20)
        tables = {"hash_log": log, "chain_log": log} if level <= LEVEL else {}
        self._level, self._parameters = level, _parameters(level, tables)
        self._dictionary = _raw(content)
        self._used = self._ready = False
        self._untried, self._in_vain, self._alone = untried, 0, 0
        """Pages that are not tried against it next."""
        self._rate = packed / max(len(content), 1)
        self.memory = len(content) + (6 << log)
        """Bytes that it takes up, about."""

    def pack(self, body: bytes) -> Packed:
        """The page against these, or alone where that is smaller; of a site whose pages are little alike, as a rule."""
        if self._alone > 0:
            self._alone -= 1
            return Packed(compress(body, self._level), with_dictionary=False, helps=False)
        if self._dictionary and self._used and not self._ready:  # for one page it would not be worth it
            self._dictionary.precompute_compress(compression_params=self._parameters)
            self._ready = True
        self._used = True
        compressor = zstandard.ZstdCompressor(compression_params=self._parameters, dict_data=self._dictionary)
        against = compressor.compress(body)
        # A page that takes less a byte than the dictionary's own pages did is the usual case, and not tried alone.
        alone = b"" if len(against) < _HELPS * self._rate * len(body) else compress(body, self._level)
        if not alone or len(against) < _HELPS * len(alone):
            self._in_vain = 0
            return Packed(against, with_dictionary=True, helps=True)
        self._in_vain += 1
        if self._in_vain >= _IN_VAIN:
            self._alone = self._untried
        better = len(against) < len(alone)
        return Packed(against if better else alone, with_dictionary=better, helps=False)


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


def size(packed: bytes) -> int:
    """Bytes that it gives. Raises DamagedError if that can't be told."""
    try:
        return zstandard.frame_content_size(packed)
    except zstandard.ZstdError as error:
        raise DamagedError(f"what was compressed cannot be read: {error}") from error


def opened(dictionary: bytes) -> bytes:
    """A dictionary as it is kept, decompressed. Raises DamagedError if that cannot be had."""
    if size(dictionary) > MAX_DICTIONARY:  # a damaged length, which would be allocated
        raise DamagedError("its length is damaged")
    return decompress(dictionary)


def together(pages: Sequence[bytes]) -> bytes:
    """Several pages of a site as one dictionary: the last whole, before it what at least two others have besides.

    What is nearest to the page is found cheapest. What stands in one of them alone is mostly its article, which no
    other page has: without it the dictionary is little longer than a page, and as quick to read and to be made ready.
    """
    *others, last = pages
    seen = set(last.split(b"<")) if others else set()
    found = Counter(part for page in others for part in dict.fromkeys(page.split(b"<")) if part not in seen)
    shared = b"<".join([part for part, count in found.items() if count > 1])
    return shared[:MAX_TOGETHER] + last


def _parameters(level: int, tables: Mapping[str, int] | None = None) -> zstandard.ZstdCompressionParameters:
    return zstandard.ZstdCompressionParameters.from_level(
        level, window_log=WINDOW_LOG, write_content_size=True, write_dict_id=False, **(tables or {})
    )


def _raw(dictionary: bytes | None) -> zstandard.ZstdCompressionDict | None:
    return zstandard.ZstdCompressionDict(dictionary, zstandard.DICT_TYPE_RAWCONTENT) if dictionary else None
