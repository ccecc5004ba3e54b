import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.models import Source
from crawler.discover import opml

LIST = """<?xml version="1.0" encoding="UTF-8"?><opml version="1.0"><head><title>Mine</title></head><body>
<outline text="News"><outline text="Europe">
<outline type="rss" text="Herald" title="The Herald" xmlUrl="https://herald.example/rss" htmlUrl="https://herald.example/"/>
</outline><outline text="Post" xmlurl="https://post.example/feed"/></outline>
<outline type="rss" text="Top" xmlUrl="https://top.example/atom.xml"/>
<outline type="rss" text="Again" xmlUrl="https://top.example/atom.xml"/>
<outline type="link" text="No feed" url="https://none.example/"/>
<outline text="Hostile" xmlUrl="javascript:alert(1)"/>
</body></opml>"""


def test_feeds_are_read_with_the_folders_they_stand_in():
    assert opml.read(LIST.encode()) == (
        opml.Outline("The Herald", "https://herald.example/rss", "https://herald.example/", "News/Europe"),
        opml.Outline("Post", "https://post.example/feed", "", "News"),
        opml.Outline("Top", "https://top.example/atom.xml"),
    )


@pytest.mark.parametrize(
    "damaged",
    [
        "\n\n" + LIST,
        LIST.replace("The Herald", "Herald & Sons"),
        LIST.replace("The Herald", "H&eacute;rald"),
        LIST.replace("https://post.example/feed", "https://post.example/feed?a=1&b=2"),
        LIST.replace("</body></opml>", ""),
        LIST.replace("</body>", "</bod>"),
        LIST.replace("UTF-8", "UTF-16"),
        LIST.replace("<head><title>Mine</title></head>", ""),
    ],
)
def test_a_damaged_list_gives_its_feeds(damaged):
    assert len(opml.read(damaged.encode())) == 3


def test_what_is_written_is_read_back():
    sources = (
        Source(
            "herald", "https://herald.example/", 'The "Herald" & <Sons>', "en", feeds=("https://herald.example/rss",)
        ),
        Source("post", "https://post.example/", feeds=("https://post.example/a?x=1&y=2", "https://post.example/b")),
        Source("bare", "https://bare.example/"),
    )
    written = opml.write(sources)
    assert written.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    assert b'language="en"' in written
    assert opml.read(written) == (
        opml.Outline('The "Herald" & <Sons>', "https://herald.example/rss", "https://herald.example/"),
        opml.Outline("post", "https://post.example/a?x=1&y=2", "https://post.example/", "post"),
        opml.Outline("post", "https://post.example/b", "https://post.example/", "post"),
    )


@given(st.binary(max_size=200))
def test_no_bytes_raise(body):
    assert isinstance(opml.read(body), tuple)
    assert isinstance(opml.read(b"<opml><body><outline xmlUrl='" + body), tuple)
