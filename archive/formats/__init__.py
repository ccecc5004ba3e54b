"""The archive in other programs' formats: write(articles, file)."""
