"""Inbox: a page that waits to be read is kept as it will be in ``snapshots``, so that it is compressed once."""

COLUMNS = """
ALTER TABLE inbox ADD COLUMN dictionary INTEGER REFERENCES dictionaries(id);
CREATE INDEX inbox_dictionary ON inbox(dictionary) WHERE dictionary IS NOT NULL;
UPDATE inbox SET body = packed_of(body);
"""
