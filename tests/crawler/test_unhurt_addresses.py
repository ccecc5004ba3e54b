"""A site that leads into the private network, by redirects or by its name, gets nothing from there and hurts nobody."""

from __future__ import annotations

import pytest

from tests.beside import STORIES, beside
from tests.internet import Internet
from tests.publisher import Story, publish
from tests.site import Response, redirect

ILL, GOOD = "93.184.215.14", "93.184.215.15"
BAD = "/news/1-bad-story-of-the-day"
NEXT = "/news/2-next-story-of-the-day"


@pytest.fixture
def net(monkeypatch):
    with Internet(monkeypatch) as net:
        yield net


@pytest.fixture
def good(net):
    site = net.site("good.test", GOOD)
    publish(site, STORIES)
    with site:
        yield site


@pytest.fixture
def ill(net):
    with net.site("ill.test", ILL) as site:
        yield site


def crawl(tmp_path, ill, good, paths):
    found = beside(tmp_path / "archive.db", ill, paths, good=good, allow_private=False)
    found.good_is_whole()
    return found


INSIDE = """
    http://127.0.0.1/secret http://127.1/secret http://2130706433/secret http://localhost/secret http://[::1]/secret
    http://169.254.169.254/latest/meta-data/ http://[fe80::1]/secret http://10.0.0.1/secret http://192.168.1.1/secret
    http://[fd00:ec2::254]/secret http://[::ffff:127.0.0.1]/secret http://[64:ff9b::7f00:1]/secret
    http://[64:ff9b:1::7f00:1]/secret http://[2002:7f00:1::]/secret http://0.0.0.0/secret http://inside.test/secret
    file:///etc/passwd javascript:alert(1) gopher://127.0.0.1/
""".split()  # noqa: SIM905  # a word list reads better


def test_redirects_into_the_private_network(net, good, ill, tmp_path):
    net.names |= {"localhost": [["127.0.0.1", "::1"]], "inside.test": [["10.1.2.3"]]}
    paths = [f"/news/{n}-bad-story-of-the-day" for n in range(len(INSIDE))]
    ill.routes |= {path: redirect(target) for path, target in zip(paths, INSIDE, strict=True)}
    found = crawl(tmp_path, ill, good, paths)
    assert set(found.reasons) <= {"moved", "robots-unreachable", "refused-address", "bad-redirect", "unreachable"}
    assert set(net.reached) <= {ILL, GOOD}
    assert found.stored() == []


def test_a_robots_txt_that_leads_into_the_private_network(net, good, ill, tmp_path):
    ill.routes["/robots.txt"] = redirect("http://127.0.0.1/robots.txt")
    found = crawl(tmp_path, ill, good, [BAD])
    assert found.reasons == ["robots-unreachable"]
    assert set(net.reached) == {ILL, GOOD}


def test_a_name_with_a_public_and_a_private_address(net, good, ill, tmp_path):
    net.names["ill.test"] = [[ILL, "127.0.0.1"]]
    ill.routes[BAD] = Story(9).html()
    found = crawl(tmp_path, ill, good, [BAD])
    assert found.reasons == ["robots-unreachable"]
    assert net.reached.count(ILL) == 0
    assert ill.requests == []


def test_a_name_that_changes_between_look_ups(net, good, ill, tmp_path):
    """Robots.txt and feed come from outside; then the name turns to the inside, as in DNS rebinding."""
    net.names["ill.test"] = [[ILL], [ILL], ["127.0.0.1"]]
    for path in ("/robots.txt", "/feed.xml", BAD, NEXT):
        ill.routes[path] = Response("User-agent: *", {"Connection": "close"})
    ill.routes["/feed.xml"] = Response(
        "<rss><channel>" + "".join(f"<item><link>{ill.url(path)}</link></item>" for path in (BAD, NEXT)),
        {"Connection": "close", "Content-Type": "text/xml"},
    )
    found = crawl(tmp_path, ill, good, [])
    assert found.reasons == ["refused-address", "refused-address"]
    assert set(net.reached) == {ILL, GOOD}
    assert [request.path for request in ill.requests] == ["/robots.txt", "/feed.xml"]
