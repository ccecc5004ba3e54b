"""What people would otherwise use: Scrapy, an extractor, an SQLite pipeline. pipeline_scrapy.py EXTRACTOR DB FEED…

EXTRACTOR is ``trafilatura`` (text and metadata) or ``bare`` (the text of all paragraphs, and the title). Either way the
item goes into a table with a full-text index, with its raw page compressed, each in a transaction. Runs in the peers'
environment (tests.bench.workers), so it imports nothing of ours.
"""

import hashlib
import sqlite3
import sys

import scrapy
import zstandard
from scrapy.crawler import CrawlerProcess

TABLES = """
CREATE TABLE articles (id INTEGER PRIMARY KEY, url TEXT UNIQUE, title TEXT, byline TEXT, published TEXT, language TEXT,
    description TEXT, tags TEXT, text TEXT, content_hash TEXT, fetched TEXT);
CREATE TABLE pages (id INTEGER PRIMARY KEY REFERENCES articles(id), status INTEGER, headers TEXT, body BLOB);
CREATE VIRTUAL TABLE articles_fts USING fts5(title, text, content='articles', content_rowid='id');
"""
COLUMNS = ("url", "title", "byline", "published", "language", "description", "tags")
EXTRACTOR, DB, *FEEDS = sys.argv[1:]


def extracted(response):
    if EXTRACTOR == "bare":
        title = response.css("title::text").get("")
        return {"title": title, "text": "\n\n".join(" ".join(p.css("::text").getall()) for p in response.css("p"))}
    from trafilatura import bare_extraction

    found = bare_extraction(response.body, url=response.url, with_metadata=True, include_comments=False)
    if found is None:
        return {"title": "", "text": ""}
    said = {key: getattr(found, key) or "" for key in ("title", "text", "language", "description")}
    return said | {"byline": found.author or "", "published": found.date or "", "tags": ", ".join(found.tags or [])}


class Papers(scrapy.Spider):
    name = "papers"
    start_urls = FEEDS

    def parse(self, response):
        for url in response.xpath("//item/link/text()").getall():
            yield scrapy.Request(url, callback=self.article)

    def article(self, response):
        headers = response.headers.to_unicode_dict()
        page = {"url": response.url, "status": response.status, "headers": str(dict(headers)), "body": response.body}
        yield extracted(response) | page


class Store:
    def open_spider(self):
        self.db = sqlite3.connect(DB, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.executescript(TABLES)
        self.packer = zstandard.ZstdCompressor(level=3)

    def process_item(self, item):
        db, text = self.db, item["text"]
        known = [item.get(key, "") for key in COLUMNS]
        db.execute("BEGIN IMMEDIATE")
        number = db.execute(
            f"INSERT INTO articles ({', '.join(COLUMNS)}, text, content_hash, fetched)"
            f" VALUES ({', '.join('?' * len(COLUMNS))}, ?, ?, datetime('now'))",
            [*known, text, hashlib.sha256(text.encode()).hexdigest()],
        ).lastrowid
        db.execute("INSERT INTO articles_fts (rowid, title, text) VALUES (?, ?, ?)", [number, item["title"], text])
        page = [number, item["status"], item["headers"], self.packer.compress(item["body"])]
        db.execute("INSERT INTO pages VALUES (?, ?, ?, ?)", page)
        db.execute("COMMIT")
        return item

    def close_spider(self):
        self.db.close()


def main():
    settings = {
        "ITEM_PIPELINES": {Store: 100},
        "ROBOTSTXT_OBEY": True,
        "CONCURRENT_REQUESTS": len(FEEDS),
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 0,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "ERROR",
        "USER_AGENT": "bench",
    }
    process = CrawlerProcess(settings)
    process.crawl(Papers)
    process.start()


if __name__ == "__main__":
    main()
