from tests.bench import identity, identity_lookup


def test_edited_copies_are_found_and_forms_series_and_reports_of_one_event_are_not_taken_for_copies():
    for script in ("latin", "han"):
        score = identity.measure(5, script, 16)
        assert score.recall >= 0.95, score
        assert score.recall_of_all >= 0.9, score
        assert score.precision >= 0.99, score


def test_the_cost_of_a_look_up_is_printed(capsys, monkeypatch):
    monkeypatch.setattr(identity_lookup, "REAL", 8)
    assert identity_lookup.main("2000") == 0
    said = capsys.readouterr().out
    assert "nothing in memory" in said
    assert "bytes in the index" in said
