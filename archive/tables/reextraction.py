"""Reextraction."""

TABLES = """
"""
