"""A compaction makes stored pages smaller and changes no byte of them, whatever happens meanwhile."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import closing

import pytest
import zstandard
from kept import NOON, Kept, article, page
from machine import python, small_disk

from archive import compact as compacting
from archive import evidence, pages, room, snapshots
from archive.check import check
from archive.compact import Options
from archive.database import ArchiveError, reading
from archive.verify import verify

SHARED = [random.Random(number).randbytes(3_000) for number in range(12)]
"""What pages of one site share: each has some of it, as its sections' menus and lists."""


def body(number: int) -> bytes:
    chance = random.Random(number)
    return SHARED[0] + b"<".join(chance.sample(SHARED[1:], 6)) + chance.randbytes(500)


def put(kept: Kept, *numbers: int, site: str = "news", body_: bytes | None = None) -> None:
    for number in numbers:
        url = f"https://{site}.example/{number}"
        made = body(number) if body_ is None else body_
        kept.put(article(url, f"Text {site} {number}"), page_=page(url, made, server="x"))


def compact(kept: Kept, **options):
    rest = {name: options.pop(name) for name in ("alone", "stopped", "told") if name in options}
    return compacting.compact(kept.path, Options(**options), lambda: kept.now, **rest)


def _compacted(path, **options):
    return compacting.compact(path, Options(**options), lambda: NOON)


def bodies(path) -> dict[int, bytes]:
    with reading(path) as db:
        numbers = [row[0] for row in db.execute("SELECT id FROM snapshots")]
        return {number: pages.load(db, number).body for number in numbers}


def sound(path) -> None:
    assert [problem.sentence for problem in check(path).problems] == []
    assert [problem.sentence for problem in verify(path).problems] == []


@pytest.fixture
def full(kept):
    """An archive with pages of two sites."""
    put(kept, *range(1, 41))
    put(kept, *range(1, 6), site="other")
    return kept


def test_pages_become_smaller_and_no_byte_of_them_changes(full):
    before = bodies(full.path)
    report = compact(full)
    taken = [sizes.pages + sizes.dictionaries for sizes in (report.before, report.after)]
    assert report.saved == taken[0] - taken[1] > 0.1 * taken[0]
    assert (report.looked, report.damaged, report.left) == (45, 0, 0)
    assert bodies(full.path) == before
    sound(full.path)
    assert full.value("SELECT saved FROM compactions WHERE ended IS NOT NULL") == report.saved


def test_the_ledger_its_seals_and_evidence_are_what_they_were(sealed):
    with reading(sealed) as db:
        before, head = dict(evidence.files(db, 3)), verify(sealed).head
    assert _compacted(sealed, level=19).repacked
    found = verify(sealed, expect=[bytes.fromhex(head)])
    assert (found.problems, found.head) == ((), head)
    with reading(sealed) as db:
        assert dict(evidence.files(db, 3)) == before


def test_a_dictionary_is_never_compressed_against_another_and_goes_when_no_page_needs_it(full):
    old = full.rows("SELECT id FROM dictionaries")
    compact(full)
    assert not set(old) & set(full.rows("SELECT id FROM dictionaries"))
    for (packed,) in full.rows("SELECT body FROM dictionaries"):
        assert snapshots.opened(packed), "by itself"
    assert full.rows("SELECT DISTINCT dictionary FROM snapshots EXCEPT SELECT id FROM dictionaries") == []


def test_a_dictionary_stays_while_a_page_needs_it(full):
    full.write("UPDATE snapshots SET sha256 = 'x' WHERE id = 3")
    needed = full.value("SELECT dictionary FROM snapshots WHERE id = 3")
    report = compact(full)
    assert report.damaged == 1
    assert full.value("SELECT dictionary FROM snapshots WHERE id = 3") == needed
    assert full.rows("SELECT 1 FROM dictionaries WHERE id = ?", needed)


def test_no_number_of_a_dictionary_is_given_twice(full):
    given = set()
    for number in range(60, 66):
        put(full, number, site=f"site{number}")
        given |= set(full.rows("SELECT id FROM dictionaries"))
        compact(full)
        new = set(full.rows("SELECT id FROM dictionaries")) - given
        assert all(one > max(given) for one in new)
        given |= new


def test_what_was_compacted_is_not_looked_at_again_and_later_pages_join_it(full):
    compact(full)
    assert compact(full).looked == 0
    put(full, 41)
    last = full.value("SELECT max(dictionary) FROM snapshots WHERE final_url LIKE '%news%'")
    assert full.value("SELECT dictionary FROM snapshots WHERE id = 46") == last, "the compaction's is the site's latest"
    report = compact(full)
    assert (report.looked, report.done) == (1, 45)
    assert compact(full, everything=True).looked == 46
    sound(full.path)


def test_a_dry_run_says_what_would_be_saved_and_writes_nothing(full):
    full.archive.close()
    before = full.path.read_bytes()
    said = compact(full, dry_run=True)
    assert full.path.read_bytes() == before
    full.archive = type(full.archive)(full.path)
    assert said.saved == pytest.approx(compact(full).saved, rel=0.05)


def test_what_is_damaged_stays_as_it_is_and_is_counted(full):
    damaged = full.value("SELECT dictionary FROM snapshots WHERE final_url LIKE '%other%'")
    full.write("UPDATE dictionaries SET body = x'00' WHERE id = ?", damaged)
    full.write("UPDATE snapshots SET body = x'01' WHERE id = 7")
    rows = full.rows("SELECT * FROM snapshots WHERE id = 7 OR dictionary = ?", damaged)
    assert compact(full).damaged == 6
    assert full.rows("SELECT * FROM snapshots WHERE id = 7 OR dictionary = ?", damaged) == rows


def test_pages_that_are_empty_huge_or_noise_come_back(kept):
    hostile = [b"", b"x", bytes(20_000_000), random.Random(9).randbytes(2_500_000), b"<" * 100_000]
    for number, one in enumerate(hostile, 1):
        put(kept, number, body_=one)
    compact(kept)
    assert list(bodies(kept.path).values()) == hostile
    sound(kept.path)


def test_pages_of_earlier_versions_are_read_and_compacted(full):
    alone = zstandard.ZstdCompressor(level=3).compress(body(1))
    first = zstandard.ZstdCompressor(level=3).compress(body(2))
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=24, write_dict_id=False)
    siblings = zstandard.ZstdCompressionDict(body(2), zstandard.DICT_TYPE_RAWCONTENT)
    against = zstandard.ZstdCompressor(compression_params=parameters, dict_data=siblings).compress(body(3))
    full.write("INSERT INTO dictionaries (id, site, created, body) VALUES (99, 'news.example', '2026-01-01', ?)", first)
    full.write("UPDATE snapshots SET dictionary = NULL, body = ? WHERE id = 1", alone)
    full.write("UPDATE snapshots SET dictionary = 99, body = ? WHERE id = 3", against)
    before = bodies(full.path)
    assert (before[1], before[3]) == (body(1), body(3))
    compact(full)
    assert bodies(full.path) == before
    sound(full.path)


def test_it_stops_when_it_is_asked_to_and_goes_on_from_there(kept):
    put(kept, *range(1, 4))
    put(kept, *range(1, 4), site="other")
    stops = iter([False, True])
    report = compact(kept, stopped=lambda: next(stops, True))
    assert (report.looked, report.left) == (3, 3)
    sound(kept.path)
    assert compact(kept).left == 0
    assert kept.value("SELECT count(*) FROM compactions WHERE ended IS NOT NULL") == 1


COMPACT = """
import time
from datetime import UTC, datetime
from pathlib import Path
from archive import compact
from archive.store import Archive
repack = Archive.repack
def slowly(*args):
    print("repacking", flush=True)
    return repack(*args)
Archive.repack = slowly
compact.GROUP = 4
compact.compact(Path(sys.argv[1]), compact.Options(everything=True), lambda: datetime.now(UTC))
print("done", flush=True)
"""


def test_a_kill_at_any_moment_leaves_a_whole_archive(full, tmp_path):
    full.archive.close()
    before = bodies(full.path)
    for delay in (0, 0.002, 0.006):
        path = tmp_path / f"{delay}.db"
        path.write_bytes(full.path.read_bytes())
        process = python(COMPACT, path)
        assert process.stdout.readline() == "repacking\n"
        time.sleep(delay)
        process.kill()
        process.communicate()
        assert bodies(path) == before
        sound(path)
        assert _compacted(path).left == 0
        assert bodies(path) == before


def test_others_write_meanwhile_and_wait_for_milliseconds(full):
    process = python(COMPACT, full.path)
    assert process.stdout.readline() == "repacking\n"
    waited = []
    for number in range(100, 140):
        begun = time.monotonic()
        put(full, number)
        waited.append(time.monotonic() - begun)
    assert process.communicate(timeout=60)[0].splitlines()[-1] == "done"
    assert sorted(waited)[len(waited) // 2] < 1, "seconds, of a machine that may have much else to do"
    found = bodies(full.path)
    assert [found[number] for number in range(46, 86)] == [body(number) for number in range(100, 140)]
    sound(full.path)


def test_two_at_once_do_no_harm(full):
    before = bodies(full.path)
    both = [python(COMPACT, full.path) for _ in range(2)]
    assert [process.communicate(timeout=60)[0].splitlines()[-1] for process in both] == ["done"] * 2
    assert bodies(full.path) == before
    sound(full.path)


def test_what_became_free_goes_back_to_the_disk_also_beside_a_daemon(kept):
    put(kept, *range(1, 30))
    for number in range(1, 30):
        kept.write("UPDATE snapshots SET body = ?, dictionary = NULL WHERE id = ?", loose(body(number)), number)
    before = bodies(kept.path)
    report = compact(kept, alone=False)
    assert report.after.file < 0.9 * report.before.file
    assert (report.stays, report.after.free) == ("", 0)
    assert bodies(kept.path) == before


def loose(body_: bytes) -> bytes:
    """A page that takes more room than it has bytes."""
    return zstandard.ZstdCompressor(level=1).compress(body_)


def old_style(path) -> None:
    """As earlier versions made archives: what is free stays in the file."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute("PRAGMA auto_vacuum = NONE")
        db.execute("VACUUM")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE litter (x)")
        db.execute("INSERT INTO litter VALUES (zeroblob(2000000))")
        db.execute("DROP TABLE litter")
        db.commit()


def test_an_old_archive_is_written_anew_once_and_not_while_a_daemon_works_on_it(full):
    full.archive.close()
    old_style(full.path)
    size = full.path.stat().st_size
    report = compact(full, alone=False)
    assert "stop the daemon" in report.stays
    with pytest.raises(ArchiveError, match="Stop it first"):
        compact(full, alone=False, rebuild=True)
    report = compact(full)
    assert (report.stays, report.after.free) == ("", 0)
    assert full.path.stat().st_size < size - 1_900_000
    with reading(full.path) as db:
        assert room.by_steps(db)
    sound(full.path)


def test_without_room_on_the_disk_the_file_is_not_written_anew(full, tmp_path):
    full.archive.close()
    old_style(full.path)
    with small_disk(tmp_path / "disk", "8m") as disk:
        moved = disk / "archive.db"
        moved.write_bytes(full.path.read_bytes())
        before = bodies(moved)
        report = _compacted(moved)
        assert "have to be free on its disk" in report.stays
        assert bodies(moved) == before
        sound(moved)
