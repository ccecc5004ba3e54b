from tests.bench import verify


def test_an_article_costs_two_rows_of_120_bytes_at_most():
    _, size = verify.noting(2_000)
    assert size < 121


def test_each_alteration_is_named_and_nothing_else_is(tmp_path):
    path = tmp_path / "a.db"
    verify.fill(path, 12)
    results = verify.found(path, 60)
    assert [one for one in results if not one[-1]] == []
    assert len({(table, column) for table, column, _ in results}) > 15
