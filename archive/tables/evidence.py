"""Evidence."""

TABLES = """
"""
