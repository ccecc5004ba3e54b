from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawler.extract import json_ld

URL = "https://gazette.example/a"


def read(*sources, url=URL):
    html = "".join(f'<script type="application/ld+json">{source}</script>' for source in sources)
    return json_ld.read(LexborHTMLParser(html).css("script"), url)


def headline(*sources):
    return read(*sources).text("headline")[0]


@pytest.mark.parametrize(
    "source",
    [
        '{"@type": "NewsArticle", "headline": "Bridge opens"}',
        '[{"@type": "WebSite"}, {"@type": "http://schema.org/Article", "headline": "Bridge opens"}]',
        '{"@graph": [{"@type": "WebPage"}, {"@type": ["Thing", "BlogPosting"], "headline": "Bridge opens"}]}',
        '{"@type": "WebPage", "mainEntity": {"@type": "NewsArticle", "headline": "Bridge opens"}}',
        '{"@type": "NewsArticle", "headline": ["Bridge opens", "Other"]}',
        '{"@type": "NewsArticle", "headline": {"@value": "Bridge opens", "@language": "en"}}',
        '{"@type": "NewsArticle", "headline": "Bridge&nbsp;<b>opens</b>"}',
        '{"@type": "schema:NewsArticle", "headline": "Bridge opens"}',
    ],
)
def test_the_article_is_found_wherever_it_stands(source):
    assert headline(source) == "Bridge opens"


@pytest.mark.parametrize(
    "source",
    [
        '<!-- {"@type": "NewsArticle", "headline": "Bridge opens"} -->',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "Bridge opens"}\n//]]>',
        '{"@type": "NewsArticle", "headline": "Bridge opens",}',
        '{"@type": "NewsArticle",, "headline": "Bridge opens", "keywords": ["a", "b",]}',
        '{"@type": "NewsArticle", "headline": "Bridge opens"};',
        '{"@type": "NewsArticle", "headline": "Bridge opens", "text": "two\nlines\tand tabs"}',
        '{"@type": "NewsArticle", "text": "a "new" road", "about": ["x "y" z", "v"], "headline": "Bridge opens"}',
        '{"@type": "NewsArticle", "text": ""New" road, he said: "good"", "headline": "Bridge opens"}',
        '{"@type": "NewsArticle", "headline": "Bridge opens", "text": "it\\\'s \\x"}',
        "{&quot;@type&quot;: &quot;NewsArticle&quot;, &quot;headline&quot;: &quot;Bridge opens&quot;}",
        '{"@type": "NewsArticle", "headline": "Bridge opens"} {"@type": "WebSite"}',
        '{"@type": "NewsArticle", "headline": "Bridge opens"} and then something',
    ],
)
def test_a_common_mistake_is_repaired(source):
    assert headline(source) == "Bridge opens"


@pytest.mark.parametrize(
    "source", ["", "null", "3", '"x"', "{", '{"@type": 5, "@id": []}', "[" * 100_000, "9" * 10_000]
)
def test_what_cannot_be_read_is_passed_over(source):
    assert headline(source, '{"@type": "NewsArticle", "headline": "Bridge opens"}') == "Bridge opens"


def test_the_article_that_names_this_page_goes_before_another():
    other = '{"@type": "NewsArticle", "headline": "Other", "url": "https://gazette.example/b", "a": 1, "b": 2}'
    own = '{"@type": "NewsArticle", "headline": "Bridge opens", "mainEntityOfPage": {"@id": "https://gazette.example/a/?x#y"}}'
    assert headline(other, own) == headline(own, other) == "Bridge opens"


def test_articles_in_a_list_of_links_are_not_this_page():
    data = read('{"@type": "ItemList", "itemListElement": [{"@type": "NewsArticle", "headline": "Other"}]}')
    assert (data.article, data.types) == ({}, ("ItemList",))


def test_the_types_of_the_page_say_what_it_is():
    data = read(
        '{"@graph": [{"@type": "CollectionPage"}, {"@type": ["Product", "Thing"], "offers": {"@type": "Offer"}}]}'
    )
    assert data.types == ("CollectionPage", "Product", "Thing")


def test_references_are_resolved_and_loops_end():
    data = read('{"@graph": [{"@id": "#p", "@type": "Person", "name": "Ada", "knows": {"@id": "#p"}}]}')
    assert data.resolve({"@id": "#p"})["name"] == "Ada"
    assert data.resolve({"@id": "#q"}) == {"@id": "#q"}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["@type", "@id", "@graph", "name", "url", "author", "mainEntity"]), inner, max_size=5
        )
    ),
    max_leaves=20,
)


@given(values)
def test_no_shape_raises(value):
    import json

    data = read(json.dumps(value).replace("<", "\\u003c"))
    data.text("headline", "name")
    assert json_ld.first_text(value) is not None
    assert list(json_ld.addresses(value)) is not None
