"""Bytes in, Links out: feeds, sitemaps, section pages and OPML, without I/O."""
