from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from archive.models import Failure, Link, Moved, Stage
from archive.tasks import Task, TaskKind
from crawler.extract import extract

PAGES = sorted(Path("tests/pages").glob("*.html"))


def read(path):
    return extract(Path(path).read_bytes(), "https://news.example/a")


@pytest.mark.parametrize("path", PAGES[:6], ids=lambda path: path.stem)
def test_an_article_comes_out_of_a_pickle_as_it_went_in(path):
    article = read(path)
    assert pickle.loads(pickle.dumps(article)) == article


def test_what_the_queue_and_the_path_speak_of_can_be_pickled():
    link = Link("https://news.example/a", "news", "")
    for value in (
        Failure("https://news.example/a", Stage.FETCH, "timeout"),
        Moved("https://news.example/a", Stage.FETCH, "moved", target="https://else.example/"),
        Task(1, TaskKind.ARTICLE, link.url, "news", link=link),
    ):
        again = pickle.loads(pickle.dumps(value))
        assert (again, type(again)) == (value, type(value))


def test_pages_can_be_read_in_other_processes():
    # Unlike a multiprocessing.Pool, this says so where its process ends, and does not wait for ever.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert list(pool.map(read, PAGES[:3])) == [read(path) for path in PAGES[:3]]
