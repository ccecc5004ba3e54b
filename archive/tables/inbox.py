"""Inbox: a page that waits to be read is kept as it will be in ``snapshots``, so that it is compressed once.

And an index of sites in the order in which they have their turn, for archives in which very many are due at once.
"""

COLUMNS = """
ALTER TABLE inbox ADD COLUMN dictionary INTEGER REFERENCES dictionaries(id);
CREATE INDEX inbox_dictionary ON inbox(dictionary) WHERE dictionary IS NOT NULL;
CREATE INDEX sites_next ON sites(next_at, site, due_at, leased_until);
UPDATE inbox SET body = packed_of(body);
"""
