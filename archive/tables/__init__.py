"""Tables: the SQL of each migration of archive.schema."""
