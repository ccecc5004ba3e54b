from __future__ import annotations

import time
from dataclasses import replace

import pytest

from archive.changes import Version, difference, kind, worded
from archive.redating import redated

TEXT = (
    "The council voted on Tuesday to rebuild the old bridge over the river, after three winters in which lorries had"
    " to take the long way round.\n\nMayor Ada Smith said the work would cost 5 million euros. The council did agree to"
    " the plan of the engineers, and the mayor thanked the council.\n\nWork begins in the spring and is to last for two"
    " years. The bridge was built in 1931, and the river is deep there. Nobody was hurt when a part of it fell."
)
NOW = Version("A new bridge for the harbour", "Ada Fields", TEXT, "2026-11-24T12:00:00Z")


def text(old: str, new: str, version: Version = NOW) -> Version:
    assert old in version.text
    return replace(version, text=version.text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("counicl voted", "council voted"),
        ("enginers", "engineers"),
        ("spring, and", "spring and"),
        ("over the the river", "over the river"),
        ("in spring", "in the spring"),
        ("Teh council did", "The council did"),
        ("long way round", "long-way round"),
        ("Nobody was hurt", "nobody was hurt"),
    ],
)
def test_a_slip_of_the_pen_is_a_typo(wrong, right):
    other = text(right, wrong) if right in TEXT else text(wrong, right)
    assert kind(other, NOW) == kind(NOW, other) == "typo"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("5 million", "50 million"),
        ("5 million", "5 billion"),
        ("5 million", "-5 million"),
        ("1931", "1913"),
        ("did agree", "did not agree"),
        ("Nobody was", "A body was"),
        ("Ada Smith", "Ada Smyth"),
        ("on Tuesday", "on Thursday"),
        ("two years", "ten years"),
        ("million euros", "million dollars"),
        ("in the spring", "on the spring"),
        ("three winters", "these winters"),
    ],
)
def test_a_number_a_name_a_not_or_another_word_is_no_typo(old, new):
    assert kind(NOW, text(old, new)) == kind(text(old, new), NOW) == "rewrite"


@pytest.mark.parametrize(
    ("old", "new", "more"),
    [
        ("Es gab 12 Verletzte.", "Es gab 15 Verletzte.", "Unter den Verletzten sind 12 Schüler."),
        ("Mayor Helen Ashworth spoke.", "Mayor Tom Field spoke.", "Helen Ashworth was not at the meeting."),
        ("It costs 2.4 million.", "It costs 3 million.", "The town has 2.4 million in its reserves."),
    ],
)
def test_a_line_that_names_what_was_replaced_and_goes_on_telling_is_no_correction(old, new, more):
    before, after = f"{NOW.text} {old}", f"{NOW.text} {new}\n\n{more}"
    assert kind(replace(NOW, text=before), replace(NOW, text=after)) != "correction"


def test_a_headline_that_is_only_set_in_capitals_is_the_same():
    assert kind(replace(NOW, title="The bridge is open"), replace(NOW, title="THE BRIDGE IS OPEN")) == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("市议会周二投票重建旧桥。", "市议会周二投票重健旧桥。", "rewrite"),  # may be a name
        ("市议会飞快的重建旧桥。", "市议会飞快地重建旧桥。", "typo"),
        ("昨日の事故で5人が死亡した。", "昨日の事故で5人が負傷した。", "rewrite"),
        ("市長が辞任すると発表した。", "市長が就任すると発表した。", "rewrite"),
        ("山本太郎氏が当選した。", "山本次郎氏が当選した。", "rewrite"),
        ("法院昨天支持了这一决定。", "法院昨天反对了这一决定。", "rewrite"),
        ("彼わ市長である。", "彼は市長である。", "typo"),
        ("市议会周二投票重建旧桥。", "市议会周三投票重建旧桥。", "rewrite"),
        ("市长同意这个计划。", "市长不同意这个计划。", "rewrite"),
        ("会議は火曜日に開かれた。", "会議は火曜日にに開かれた。", "typo"),
        ("市長は賛成した。", "市長は賛成しなかった。", "rewrite"),
        ("Совет согласился с планом инженеров города.", "Совет не согласился с планом инженеров города.", "rewrite"),
        ("Совет соглсился с планом инженеров города.", "Совет согласился с планом инженеров города.", "typo"),
        ("Der Rat stimmte am Dienstag für die Bürcke.", "Der Rat stimmte am Dienstag für die Brücke.", "typo"),
        ("Der Rat sagt, die Brücke öffnet im Juni.", "Der Rat sagt, die Brücke öffnet im Juli.", "rewrite"),
        ("시의회는 다리를 다시 짓기로 했다.", "시의회는 다리를 다시 짖기로 했다.", "typo"),
        ("وافق المجلس على خطة المهندسين.", "لم وافق المجلس على خطة المهندسين.", "rewrite"),
    ],
)  # fmt: skip
def test_slips_and_facts_are_told_apart_in_other_scripts(old, new, said):
    assert kind(replace(NOW, text=old), replace(NOW, text=new)) == said


@pytest.mark.parametrize(
    "note",
    [
        "Correction: An earlier version of this article gave another sum.",
        "This story was corrected on Wednesday: the bridge is older than we said.",
        "Korrektur: Die Summe war falsch.",
        "Une version précédente de cet article citait une autre somme.",
        "訂正：金額に誤りがありました。",
        "Исправлено: указана верная сумма.",
        "(Corrects sum in paragraph 2)",
    ],
)
def test_a_correction_note_makes_it_a_correction(note):
    for noted in (f"{TEXT}\n\n{note}", f"{note}\n\n{TEXT}"):
        assert kind(NOW, replace(NOW, text=noted)) == "correction"
        assert kind(NOW, replace(NOW, text=noted, title="Another", byline="Bo Lund")) == "correction"
        assert kind(replace(NOW, text=noted), replace(NOW, text=f"{noted}\n\nThe mayor spoke.")) == "addition", "known"


def test_a_note_in_any_language_that_names_what_was_wrong_makes_it_a_correction():
    new = text("5 million", "7 million")
    assert kind(NOW, replace(new, text=f"{new.text}\n\nLa antaŭa teksto diris 5 anstataŭ 7.")) == "correction"
    assert kind(NOW, replace(new, text=f"{new.text}\n\nLa konsilo kunvenos denove post 3 tagoj.")) == "addition"


@pytest.mark.parametrize("line", ["Updated at 14:05", "Stand: 24.11.2026, 14.05 Uhr", "Ĝisdatigita je 14:05"])
def test_a_line_of_when_it_was_changed_makes_it_an_update(line):
    assert kind(NOW, replace(NOW, text=f"{line}\n\n{TEXT}")) == "update"


def test_a_new_entry_of_a_live_report_is_an_update():
    live = replace(NOW, text=f"{TEXT}\n\n14:05 The first lorry is across.\n\n13:20 The ribbon is cut.")
    assert kind(live, text("14:05", "14:40 The second follows.\n\n14:05", live)) == "update"
    assert (
        kind(NOW, replace(NOW, text=f"{TEXT}\n\n12.50 euros is what the ferry cost until then, they say."))
        == "addition"
    )


def test_prose_about_corrections_is_no_note():
    for line in (
        "Corrections officers said 12 inmates were hurt.",
        "An earlier version of the bill passed in May, by two votes.",
        "Update servers were down for 3 hours.",
        "The paper said the story was wrong in every word of it.",
    ):
        assert kind(NOW, replace(NOW, text=f"{TEXT}\n\n{line}")) == "addition", line


def test_text_that_was_added_taken_out_or_written_anew_is_told_by_its_words():
    more = "The fire brigade closed the road at noon and sent all lorries through the town."
    assert difference(NOW, replace(NOW, text=f"{TEXT}\n\n{more}")) == replace(
        difference(NOW, NOW), kind="addition", added=15
    )
    cut = difference(NOW, replace(NOW, text=TEXT.partition("\n\n")[0]))
    assert (cut.kind, cut.added) == ("cut", 0)
    anew = difference(NOW, replace(NOW, text="Quite another text stands here now and says nothing of it."))
    assert (anew.kind, anew.added) == ("rewrite", 11)


def test_what_only_moved_is_neither_added_nor_removed():
    moved = difference(NOW, replace(NOW, text="\n\n".join(reversed(TEXT.split("\n\n")))))
    assert (moved.kind, moved.added, moved.removed) == ("rewrite", 0, 0)


def test_the_most_telling_change_gives_the_name():
    typo, title = text("council voted", "counicl voted"), replace(NOW, title="Old bridge falls at last")
    assert kind(typo, title) == "headline"
    assert kind(NOW, replace(title, byline="Bo Lund", published="2026-12-01")) == "headline"
    assert kind(NOW, replace(NOW, byline="Bo Lund", published="2026-12-01")) == "date"
    assert kind(typo, replace(NOW, byline="Bo Lund")) == "byline"
    assert kind(NOW, replace(NOW, title="A new brigde for the harbour")) == "typo"
    assert kind(NOW, replace(NOW, title="A new bridge for the harbour?")) == "headline"
    assert kind(NOW, replace(NOW, title="CORRECTED: A new bridge for the harbour")) == "correction"
    assert kind(NOW, NOW) == ""


@pytest.mark.parametrize(
    ("old", "new", "other"),
    [
        ("2026-11-24T12:00:00Z", "2026-11-24T12:00Z", False),
        ("2026-11-24T12:00:00Z", "2026-11-24T12:00:41Z", False),
        ("2026-11-24T12:00:00Z", "2026-11-24T13:00:00Z", True),
        ("2026-11-24", "2026-11-24T12:00:00Z", False),
        ("2026-11-25", "2026-11-24T22:30:00Z", False),  # is that day in Berlin
        ("2026-11-24", "2026-11-26T12:30:00Z", True),
        ("2026-11-24", "2026-11-25", True),
        ("2026-11", "2026-11-25", False),
        ("2026", "2027-01-03T10:00Z", True),
        (None, "2026-11-24", False),
        ("2026-11-24", None, False),
        ("0001", "0001-01-01T00:00:00Z", False),
        ("9999-12", "9999-12-31", False),
    ],
)
def test_a_date_is_another_only_by_as_much_as_both_say(old, new, other):
    assert redated(old, new) is redated(new, old) is other


def test_a_change_is_said_in_words():
    assert worded("rewrite", 1, 2_000) == "reworded (1 word added, 2,000 words taken out)"
    assert worded("edit") == "edited"
    assert worded("whatever") == "whatever"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\n" * 100_000, "b\n" * 100_000),
        ("Correction: x.\n" * 20_000, "Update 14:05 x.\n" * 20_000),
        ("x", "(" * 200_000 + ")" * 200_000),
        ("x", "update " + "a 1 " * 50_000),
        ("one two " * 50_000, "two one three " * 40_000),
        ("东" * 100_000, "西东" * 100_000),
    ],
)
def test_no_pair_of_texts_is_slow_to_name(old, new):
    started = time.process_time()
    difference(replace(NOW, text=old), replace(NOW, text=new))
    assert time.process_time() - started < 5
