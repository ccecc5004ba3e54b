"""What a publisher says of its text, in words that the archive was not given, and prose that sounds like it."""

from __future__ import annotations

import pytest

from archive.noise import told
from archive.notes import headed, is_entry, is_time, note, offers
from tests.bench.revisions import NOTES


@pytest.mark.parametrize("kind", NOTES)
def test_notes_in_many_languages_are_known(kind):
    missed = [
        line for line in NOTES[kind] if note(told(line)) != kind and not (kind == "update" and is_time(told(line)))
    ]
    assert len(missed) <= 0.05 * len(NOTES[kind]), missed


CONFESSED = """
This piece originally misstated the date of the meeting.
Due to an editing error, the cost was overstated in the original version.
* We got the cost of the repairs wrong in an earlier version. It is 4 million.
We have removed a quote that was wrongly attributed to the mayor.
Wir haben einen Fehler in der Überschrift korrigiert.
Transparenz: Die Zahl der Stimmen wurde nachträglich korrigiert.
※記事中の日付に誤りがありました。おわびして訂正します。
"""


@pytest.mark.parametrize("line", CONFESSED.strip().split("\n"))
def test_what_papers_say_of_their_errors_is_a_correction(line):
    assert note(told(line)) == "correction"


PROSE = """
In an earlier version of the plan the bridge had two lanes.
The minister said the report contained an error and would be corrected by Friday.
The court found that the earlier version of the contract was wrong.
Police updated the number of missing people to 12 on Monday.
In 2024 the company updated its forecast to 5 percent.
Correct answers were given by 12 of 20 pupils.
The newspaper apologised for its mistake in the story about the mayor.
Der Minister sagte, der Bericht enthalte Fehler und werde korrigiert.
Die Polizei aktualisierte die Zahl der Vermissten auf 12.
Stand der Dinge: Die Brücke bleibt bis 2027 gesperrt.
Neu ist die Idee nicht: Schon 1931 gab es einen Plan.
Le ministre a reconnu une erreur dans le rapport, qui sera corrigé vendredi.
Note positive : le chômage a reculé de 3 % en novembre.
Précision chirurgicale : le chirurgien a opéré pendant 12 heures.
El ministro dijo que el informe contenía un error y será corregido.
La nota media de los alumnos: 7,5 puntos sobre 10.
O ministro disse que o relatório tinha um erro e será corrigido.
Il ministro ha detto che il rapporto conteneva un errore.
De minister zei dat het rapport een fout bevatte.
Ministern sade att rapporten innehöll fel.
Ministeren sagde, at rapporten indeholdt fejl.
Ministeri sanoi, että raportissa oli virhe, joka korjataan.
Minister powiedział, że w raporcie był błąd, który zostanie poprawiony.
Ministr řekl, že ve zprávě byla chyba.
A miniszter szerint a jelentés hibás volt.
Министр сказал, что в докладе была ошибка, её исправят.
В статье 12 закона исправлена ошибка, сообщил депутат.
Міністр сказав, що у звіті була помилка.
Ο υπουργός είπε ότι η έκθεση είχε λάθος.
Bakan, raporda hata olduğunu ve düzeltileceğini söyledi.
قال الوزير إن التقرير يحتوي على خطأ سيتم تصحيحه.
השר אמר שבדו"ח נפלה טעות והיא תתוקן.
मंत्री ने कहा कि रिपोर्ट में गलती थी।
大臣は報告書に誤りがあったと認め、訂正すると述べた。
部长说，报告中有错误，将予以更正。
장관은 보고서에 오류가 있었다며 수정하겠다고 말했다.
Menteri mengatakan laporan itu mengandung kesalahan.
Bộ trưởng nói báo cáo có sai sót và sẽ được sửa.
ทางการกล่าวว่ารายงานมีข้อผิดพลาดและจะแก้ไข
Breaking news: the bridge at 14:05 fell into the river.
The match kicks off at 20:45.
Tickets cost 12 euros, doors open 19:00
Sources: Reuters, 24 November 2026
The post office regrets the error, its spokesman said.
This piece of land was wrongly sold in 1931, the court said.
This post was wrongly given to his cousin, the court said.
Notfall: Die Feuerwehr kam um 14.05 Uhr.
Clarification came at noon, when the minister spoke.
For the record, he said, nobody asked him.
Update on the storm: 12 hurt.
更新された設備は来年から使われる。
수정된 계획은 내년부터 시행된다.
추가 조사가 필요하다고 경찰은 말했다.
업데이트된 소프트웨어가 공개됐다.
Nota de prensa: el puente abre en mayo.
Aggiornamento tecnologico: la fabbrica spende 12 milioni.
"""


@pytest.mark.parametrize("line", PROSE.strip().split("\n"))
def test_prose_that_speaks_of_errors_and_updates_is_no_note(line):
    assert note(told(line)) == ""
    assert not is_time(told(line))


def test_within_a_text_only_what_has_a_label_or_names_an_earlier_version_is_a_note():
    assert note("Correction: it was 12.", outer=False) == "correction"
    assert note("An earlier version of this article said 12.", outer=False) == "correction"
    assert note("This story was about an error.", outer=False) == ""


def test_what_a_headline_is_marked_with_is_known():
    assert headed("UPDATE 2-Harbour bridge reopens") == headed("Update: Harbour bridge reopens") == "update"
    assert headed("Harbour bridge reopens (korrigiert)") == headed("CORRECTED-Harbour bridge") == "correction"
    assert headed("Harbour bridge: a correction of course") == headed("Updates at the harbour") == ""


def test_an_entry_begins_with_a_time_of_day():
    for line in ("14:05 The bridge", "14.05 Uhr Die Brücke", "14h05 Le pont", "午後2時5分 橋", "[2:05 pm] The bridge"):
        assert is_entry(line), line
    for line in ("12.50 euros", "12:1 was the score", "The 14:05 train", "1405 people", "2.10% more"):
        assert not is_entry(line), line


def test_offers_to_subscribe_are_known():
    for line in ("Subscribe to continue reading", "Réservé aux abonnés", "Nur für Abonnenten", "Ya eres suscriptor"):
        assert offers(line), line
    assert not offers("The council voted on Tuesday to rebuild the old bridge over the river.")
