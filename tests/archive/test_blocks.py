from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import blocks
from archive.models import Block, Inline, Kind

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
inlines = st.builds(Inline, texts, texts, st.booleans(), st.booleans(), st.booleans())
trees = st.recursive(
    st.builds(Block, st.sampled_from(Kind), st.lists(inlines, max_size=3).map(tuple)),
    lambda children: st.builds(
        Block,
        st.sampled_from(Kind),
        st.lists(inlines, max_size=2).map(tuple),
        st.lists(children, max_size=3).map(tuple),
        st.integers(0, 6),
        texts,
        texts,
    ),
    max_leaves=8,
)


@given(trees)
def test_a_block_is_a_value_and_stays_what_it_is(block):
    """Compiled, its constructor is another than the one that ``dataclass`` makes."""
    same = Block(**{field.name: getattr(block, field.name) for field in fields(Block)})
    assert (same, hash(same), repr(same)) == (block, hash(block), repr(block))
    assert replace(block, level=7) != block
    with pytest.raises(FrozenInstanceError):
        block.level = 7


@given(st.lists(trees, max_size=4).map(tuple))
def test_what_is_written_is_read_back_the_same(body):
    assert blocks.loads(blocks.dumps(body)) == body


def test_a_plain_paragraph_is_as_small_as_it_can_be():
    assert blocks.dumps([Block(Kind.PARAGRAPH, (Inline("Grüße"),))]) == '[{"kind":"paragraph","text":"Grüße"}]'


def test_a_link_keeps_its_place_in_the_sentence():
    paragraph = Block(Kind.PARAGRAPH, (Inline("See "), Inline("this", href="https://example.com/"), Inline(".")))
    text = json.loads(blocks.dumps([paragraph]))[0]["text"]
    assert text == ["See ", {"text": "this", "href": "https://example.com/"}, "."]


@pytest.mark.parametrize(
    "bad", ["", "null", "{}x", "[1]", '[{"text":"x"}]', '[{"kind":"blink"}]', '[{"kind":"row","x":1}]']
)
def test_anything_else_is_refused_with_a_value_error(bad):
    with pytest.raises(ValueError):
        blocks.loads(bad)
