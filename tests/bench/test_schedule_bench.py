from config.models import Schedule
from tests.bench import listings, revisits
from tests.bench.corrections import desks
from tests.bench.rhythms import TUNED, UNSEEN, publishers
from tests.bench.schedule import failings, main, shortfalls


def test_with_as_many_requests_articles_are_found_sooner_than_by_any_other_rule():
    made = publishers(41, 45, 20, TUNED | UNSEEN)
    scores = listings.compare(made, 20, Schedule())
    assert [score.policy for score in scores] == ["ours", "fixed", "miniflux", "stormcrawler"]
    assert max(score.requests for score in scores) <= scores[0].requests * listings.CLOSE
    assert failings(scores) == []


def test_a_request_for_an_article_catches_more_changes_than_newsdiffs_tiers_do_and_none_fewer_are_caught():
    assert shortfalls(revisits.compare(desks(41, 12, 25, 40), 40)) == []


def test_a_broken_promise_is_said_and_is_the_exit_status(capsys, monkeypatch):
    monkeypatch.setattr(listings, "ours", lambda schedule: listings.fixed(0.4))
    assert main(["--sources", "15", "--days", "3", "--families", "unseen"]) == 1
    assert "seed 11: median: ours" in capsys.readouterr().err
