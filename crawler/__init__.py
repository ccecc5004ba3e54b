"""How articles get into the archive: discover, fetch, extract, store."""

__version__ = "0.1.0"
