"""Reading: what lists and searches of a million articles need to be quick."""

WHEN = "min(coalesce({0}published, {0}first_seen), {0}first_seen)"
"""An article's place in time: when it was published; when it was first seen, if that is unknown or in the future."""

_DIGITS = f"substr(replace(substr({WHEN}, 1, 10), '-', '') || '0000', 1, 8)"
KEYS = (
    "'s' || hex({0}source) || ' l' || hex(lower(substr({0}language, 1, instr({0}language || '-', '-') - 1)))"
    f" || ' d' || {_DIGITS} || ' m' || substr({_DIGITS}, 1, 6) || ' y' || substr({_DIGITS}, 1, 4)"
)
"""Words by which the search index finds a source, a language, a day, a month or a year: archive.wanted asks for them.

Of a day or month that is not known the digits are 0.
"""

_OLD = (
    "coalesce((SELECT title FROM spaced WHERE id = old.id), old.title),"
    " coalesce((SELECT text FROM spaced WHERE id = old.id), old.text)"
)
_OLD_KEYS, _NEW_KEYS = KEYS.format("old."), KEYS.format("new.")
_WHEN_OLD, _WHEN_NEW = WHEN.format("old."), WHEN.format("new.")
_INTO = "INSERT INTO articles_fts(rowid, title, text, keys)"
_OUT_OF = "INSERT INTO articles_fts(articles_fts, rowid, title, text, keys)"

# ``timeline`` has narrow rows to list and count by: those of articles are thirty times as wide.
# ``spaced`` has the texts of scripts without blanks, with each character apart, since the index's words end at blanks.
TABLES = f"""
CREATE TABLE timeline (
    article INTEGER PRIMARY KEY REFERENCES articles(id),
    happened TEXT NOT NULL,                 -- when it was published, or first seen
    source TEXT NOT NULL REFERENCES sources(name),
    section TEXT NOT NULL,
    cluster INTEGER,
    original INTEGER                        -- articles.duplicate_of
);
CREATE TABLE spaced (id INTEGER PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL);
CREATE VIEW searchable AS
SELECT articles.id, coalesce(spaced.title, articles.title) AS title, coalesce(spaced.text, articles.text) AS text,
    {KEYS.format("articles.")} AS keys
FROM articles LEFT JOIN spaced ON spaced.id = articles.id;
DROP TABLE articles_fts;
DROP TRIGGER articles_fts_insert;
DROP TRIGGER articles_fts_delete;
DROP TRIGGER articles_fts_update;
DROP INDEX articles_happened;
DROP INDEX articles_source_happened;
CREATE VIRTUAL TABLE articles_fts USING fts5(
    title, text, keys, content='searchable', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE articles_words USING fts5vocab('articles_fts', 'row');  -- takes no room
"""

FILLED = f"""
INSERT INTO timeline (article, happened, source, section, cluster, original)
    SELECT id, {WHEN.format("")}, source, section, cluster, duplicate_of FROM articles;
INSERT INTO spaced (id, title, text)
    SELECT id, spaced_of(title), spaced_of(text) FROM articles WHERE has_unspaced(title) OR has_unspaced(text);
INSERT INTO articles_fts(articles_fts) VALUES ('rebuild');
"""

INDEXES = """
CREATE INDEX timeline_happened ON timeline(happened, article, source, section, original);
CREATE INDEX timeline_source ON timeline(source, happened);
CREATE INDEX timeline_cluster ON timeline(happened, cluster, source) WHERE cluster IS NOT NULL;
CREATE INDEX articles_flags ON articles(flags);
DROP INDEX revisions_change;
CREATE INDEX revisions_change ON revisions(change, seen_at);
"""

# The update triggers name their columns, so that marking an article as seen again does not touch the index; 'delete'
# needs the values that are in it, hence those of ``spaced``, where there are some.
TRIGGERS = f"""
CREATE TRIGGER articles_fts_insert AFTER INSERT ON articles BEGIN
    {_INTO} VALUES (new.id, new.title, new.text, {_NEW_KEYS});
    INSERT INTO timeline (article, happened, source, section, cluster, original)
        VALUES (new.id, {_WHEN_NEW}, new.source, new.section, new.cluster, new.duplicate_of);
END;
CREATE TRIGGER articles_fts_delete AFTER DELETE ON articles BEGIN
    {_OUT_OF} VALUES ('delete', old.id, {_OLD}, {_OLD_KEYS});
    DELETE FROM spaced WHERE id = old.id;
    DELETE FROM timeline WHERE article = old.id;
END;
CREATE TRIGGER articles_fts_update AFTER UPDATE OF title, text ON articles
WHEN old.title IS NOT new.title OR old.text IS NOT new.text BEGIN
    {_OUT_OF} VALUES ('delete', old.id, {_OLD}, {_OLD_KEYS});
    DELETE FROM spaced WHERE id = old.id;
    {_INTO} VALUES (new.id, new.title, new.text, {_NEW_KEYS});
END;
CREATE TRIGGER articles_fts_keys AFTER UPDATE OF source, language, published, first_seen ON articles
WHEN old.title IS new.title AND old.text IS new.text AND {_OLD_KEYS} IS NOT {_NEW_KEYS} BEGIN
    {_OUT_OF} VALUES ('delete', old.id, {_OLD}, {_OLD_KEYS});
    {_INTO} VALUES (new.id, {_OLD}, {_NEW_KEYS});
END;
CREATE TRIGGER articles_timeline
AFTER UPDATE OF source, section, cluster, duplicate_of, published, first_seen ON articles
WHEN old.source IS NOT new.source OR old.section IS NOT new.section OR old.cluster IS NOT new.cluster
    OR old.duplicate_of IS NOT new.duplicate_of OR {_WHEN_OLD} IS NOT {_WHEN_NEW} BEGIN
    UPDATE timeline SET happened = {_WHEN_NEW}, source = new.source, section = new.section, cluster = new.cluster,
        original = new.duplicate_of WHERE article = new.id;
END;
CREATE TRIGGER spaced_insert AFTER INSERT ON spaced BEGIN
    {_OUT_OF} SELECT 'delete', id, title, text, {KEYS.format("articles.")} FROM articles WHERE id = new.id;
    {_INTO} SELECT id, new.title, new.text, {KEYS.format("articles.")} FROM articles WHERE id = new.id;
END;
"""
