"""What to crawl and how: settings, sources and the starter pack."""
