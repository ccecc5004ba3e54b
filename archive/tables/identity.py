"""Identity."""

TABLES = """
"""
