from tests.bench import revisions


def test_edits_are_called_what_they_are_and_noise_makes_no_revision(capsys):
    assert revisions.main(["--texts", "3", "--seed", "7"]) == 0
    assert "\n0 false revisions in 459 looks" in capsys.readouterr().out


def test_a_kind_that_is_called_wrong_is_said_and_is_the_exit_status(capsys, monkeypatch):
    monkeypatch.setattr(revisions, "kind", lambda old, new: "typo" if old != new else "")
    assert revisions.main(["--texts", "1"]) == 1
    assert "called {'typo': " in capsys.readouterr().out
