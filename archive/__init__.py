"""What is kept and how it is read: one SQLite file."""
