"""What is kept and how it is read: one SQLite file."""

from archive.compiled import guard

guard(__path__[0])
