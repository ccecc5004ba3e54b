"""Learning: the boilerplate of each source, and the pages that it was last seen on."""

TABLES = """
"""
