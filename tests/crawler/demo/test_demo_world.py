"""The demo's world is what it says it is: served over HTTP, readable, and its truth is on its pages."""

import re
import signal
import socket
import subprocess
import sys
import tomllib
from collections import Counter
from html import unescape
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from archive.models import Article, Failure, Page
from config.load import load
from crawler.demo.library import publishers
from crawler.demo.month import EVENINGS, PAPER
from crawler.demo.world import World
from crawler.discover import listing
from crawler.discover.autodiscover import feeds
from crawler.extract import extract
from crawler.robots import Robots
from tests.publisher import DAY


@pytest.fixture(scope="module")
def world():
    with World(0) as world:
        yield world


def get(url, **headers):
    try:
        with urlopen(Request(url, headers=headers)) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def read(url):
    """A page that may fail the first time."""
    status, _, body = get(url)
    return (get(url)[2] if status == 500 else body).decode()


def words(html):
    """A page's text as a reader sees it, white space single."""
    html = re.sub(r"<script.*?</script>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"</?(?:em|a|span|small|strong)\b[^>]*>", "", html)).split())


def visible(html):
    return " ".join(re.sub(r"<[^>]+>", " ", words(html)).split())


def links(url):
    status, headers, body = get(url)
    assert status == 200
    lower = tuple((name.lower(), value) for name, value in headers.items())
    found = listing.read(Page(url, url, status, lower, body, DAY), "x")
    assert not found.problem
    return {link.url for link in found.links}.union(*(links(child.url) for child in found.more))


def others(world):
    """The stories of all publishers but the one whose boilerplate only its archive can know."""
    return {url: story for url, story in world.stories().items() if story.publisher != PAPER}


def test_there_are_five_publishers_in_four_languages_with_fifty_articles_from_the_start_and_a_village_paper(world):
    assert len(world.publishers) == 6
    assert {publisher.language for publisher in world.publishers} == {"en", "de", "es", "ja"}
    assert len(others(world)) == 50
    assert all(4 <= len(story.paragraphs) <= 9 for story in others(world).values())
    assert len(world.stories()) == 80


def test_no_paragraph_stands_in_two_articles():
    times = Counter(paragraph for one in publishers() for story in one.stories for paragraph in story.paragraphs)
    assert [paragraph for paragraph, count in times.items() if count > 1] == []


def test_no_boilerplate_line_stands_in_an_article():
    for publisher in publishers():
        for story in publisher.stories:
            around = (*publisher.boilerplate, *story.captions, story.tag_line)
            assert [line for line in around if line in story.text] == []


def test_every_article_page_has_its_title_its_paragraphs_in_order_and_all_of_its_boilerplate(world):
    for site in world.sites:
        for story in site.stories:
            text = visible(read(site.url(story.path)))
            at = 0
            for part in (story.title, *story.paragraphs):
                for line in part.splitlines():
                    found = text.find(" ".join(line.removeprefix("- ").replace(" | ", " ").split()), at)
                    assert found >= at, (story.slug, line)
                    at = found
            assert [line for line in site.publisher.boilerplate if line not in text] == []
            assert [line for line in story.captions if line not in text] == []


def test_the_political_paper_hides_its_boilerplate_as_paragraphs_behind_the_text(world):
    rotunda = world.sites[1]
    story = rotunda.stories[0]
    page = words(read(rotunda.url(story.path)))
    after = page[page.index(story.paragraphs[-1][-40:]) :]
    says = rotunda.publisher.says
    for line in (story.tag_line, says["comments"], says["videos"], says["popular"], says["more"]):
        assert f"<p>{line}</p>" in after


def test_the_extractor_gives_every_article_whole_and_nothing_else(world):
    for url, story in others(world).items():
        article = extract(read(url), url)
        assert isinstance(article, Article), url
        assert (article.text, article.title, article.authors) == (story.text, story.title, story.authors)
        assert article.published.at.date() == story.published.date()


def test_no_single_page_tells_the_village_papers_notices_from_its_articles(world):
    says = world.publishers[-1].says
    for url in world.stories().keys() - others(world).keys():
        story, article = world.stories()[url], extract(read(url), url)
        assert (article.title, article.authors) == (story.title, story.authors)
        assert set(story.paragraphs) | {says["hen"], says["tannery"]} <= set(article.text.split("\n\n"))


def test_the_village_papers_stories_come_out_at_their_time():
    with World(0) as world:
        paper = world.sites[-1]
        for look, count in zip(EVENINGS, (3, 6, 9, 12, 15, 18, 21, 24, 30), strict=True):
            world.wait(look)
            assert len(paper.stories) == count
            assert {story.published.date() for story in paper.stories} <= {each.date() for each in EVENINGS}
        assert get(paper.url(paper.stories[0].path))[0] == 200
        world.wait(EVENINGS[0])
        assert get(paper.url(paper.publisher.stories[0].path))[0] == 404


def test_feeds_sitemaps_and_sections_together_name_every_article(world):
    config = world.config()
    offered = set()
    for source in config.sources:
        for url in (*source.feeds, *source.sitemaps, *source.sections):
            offered |= links(url)
    assert set(world.stories()) <= offered
    assert offered - set(world.stories()) == {
        *world.second_urls(),
        *world.strays(forbidden=False),
        *world.strays(forbidden=True),
    }


def test_each_publisher_offers_itself_in_its_own_way(world):
    courier, rotunda, lindtaler, salitre, hamakaze, lantern = world.config().sources
    assert courier.feeds
    assert courier.sitemaps
    assert rotunda.feeds
    assert not rotunda.sitemaps
    assert lindtaler.sitemaps
    assert not lindtaler.feeds
    assert len(salitre.sections) > len(world.publishers[3].sections)  # some have a second page
    assert not salitre.feeds
    assert not salitre.sitemaps
    for source in (courier, rotunda, hamakaze, lantern):
        assert [feed.url for feed in feeds(read(source.home), source.home)] == list(source.feeds)


def test_a_feed_names_an_article_under_addresses_with_trackers(world):
    body = get(world.config().sources[0].feeds[0])[2].decode()
    newest = world.sites[0].stories[0]
    assert len(set(re.findall(rf"{newest.path}\?[^<]*utm_[^<]*", body))) == 2


def test_feeds_and_sitemaps_answer_304_to_who_knows_them(world):
    for source in world.config().sources:
        for url in (*source.feeds, *source.sitemaps):
            _, headers, _ = get(url)
            assert get(url, **{"If-None-Match": headers["ETag"]})[0] == 304
            assert get(url, **{"If-None-Match": '"other"'})[0] == 200


def test_robots_txt_forbids_one_announced_page_and_no_article(world):
    for site in world.sites:
        robots = Robots.from_answer(200, get(site.url("/robots.txt"))[2])
        assert all(robots.allows(site.url(story.path)) for story in site.stories)
    forbidden = world.strays(forbidden=True)
    assert len(forbidden) == 1
    assert not Robots.from_answer(200, get(world.sites[0].url("/robots.txt"))[2]).allows(forbidden[0])


def test_pages_that_are_no_articles_are_taken_for_none(world):
    strays = world.strays(forbidden=False)
    assert len(strays) == 2
    assert all(isinstance(extract(read(url), url), Failure) for url in strays)


def test_the_second_address_has_the_same_text_and_does_not_name_the_first(world):
    ((second, first),) = world.second_urls().items()
    page = read(second)
    assert "canonical" not in page
    assert first not in page
    assert extract(page, second).text == world.stories()[first].text


def test_one_page_fails_once():
    with World(0) as world:
        statuses = {url: get(url)[0] for url in world.stories()}
        (failing,) = [url for url, status in statuses.items() if status == 500]
        assert get(failing)[0] == 200


def test_at_the_second_look_one_article_is_corrected_one_deleted_and_the_rest_is_as_it_was():
    with World(0) as world:
        before = {url: read(url) for url in world.stories()}
        old = world.stories()
        world.advance()
        new = world.stories()
        (gone,) = world.deleted()
        assert set(old) - set(new) == {gone}
        assert get(gone)[0] == 410
        assert gone in links(world.config().source("rotunda").feeds[0])
        (changed,) = [url for url in new if new[url].text != old[url].text]
        assert before[changed] != read(changed)
        assert extract(read(changed), changed).text == new[changed].text
        assert new[changed].modified


def test_articles_come_out_one_by_one_until_none_is_left():
    with World(0) as world:
        count, feed = len(world.stories()), world.config().sources[0].feeds[0]
        known = get(feed)[1]["ETag"]
        first = world.publish()
        url = world.sites[0].url(first.path)
        assert len(world.stories()) == count + 1
        assert get(feed, **{"If-None-Match": known})[0] == 200
        assert url in links(feed)
        assert get(url)[0] == 200
        rest = [world.publish() for _ in range(10)]
        assert rest.count(None) == 4
        assert len({story.publisher for story in rest if story} | {first.publisher}) == 5


def test_what_is_not_yet_out_is_not_found():
    with World(0) as world:
        held = next(story for story in world.publishers[0].stories if story.later == 1)
        assert get(world.sites[0].url(held.path))[0] == 404


def test_pages_are_the_same_at_each_run():
    with World(0) as world:
        base, url = world.sites[0].base, next(iter(world.stories()))
        port, once = int(base.rpartition(":")[2]), read(url)
    with World(0) as world:
        other = world.sites[0].base
        assert read(url.replace(base, other)).replace(other, base) == once
    assert port > 0


def test_a_world_can_begin_where_an_earlier_one_ended():
    with World(0) as first, World(0, later=True, released=1) as second:
        first.advance()
        first.publish()
        assert [story.text for story in first.stories().values()] == [s.text for s in second.stories().values()]


def test_taken_ports_are_said_and_others_used():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with World(port) as world:
            assert f"ports {port} to {port + 5}" in world.notice
            assert get(world.sites[0].url("/"))[0] == 200


def test_an_address_that_leads_nowhere_is_a_404(world):
    for site in world.sites:
        assert get(site.url("/no/such/page"))[0] == 404


def test_every_link_to_another_article_leads_to_one(world):
    for site in world.sites:
        for story in site.stories:
            for path in {i.href for block in story.blocks for i in block.inlines if i.href}:
                assert get(site.url(path))[0] == 200


def test_left_running_it_writes_a_configuration_publishes_and_ends_on_sigterm(tmp_path):
    command = [sys.executable, "-m", "crawler.demo", "--port", "0"]
    command += ["--write-config", str(tmp_path / "web"), "--publish-every", "0.05"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        lines = iter(process.stdout.readline, "")
        told = next(line for line in lines if line.startswith("published"))
        config = load(tmp_path / "web", {})
        home = read(config.source("courier").home)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    assert process.returncode == 0
    assert "lighthouse" in told
    assert "lighthouse" in home
    assert config.allow_private
    names = ["courier", "hamakaze", "lantern", "lindtaler", "rotunda", "salitre"]
    assert [source.name for source in config.sources] == names
    assert config.sources[0].politeness.delay == 0
    assert tomllib.loads((tmp_path / "web" / "cuttings.toml").read_text())["schedule"]["every"] == "20s"
