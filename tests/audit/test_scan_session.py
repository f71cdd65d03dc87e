"""A scanning session: each paper one class, nothing counted twice, nothing taken back but by two people."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from audit_samples import scene
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paper_drawing import draw
from scan_samples import PEOPLE, go_on, register_of, session_in

from epilwu.audit.scan.errors import (
    EntryRefused,
    JustSeen,
    NoSession,
    ReadAgain,
    SessionBusy,
    SessionDamaged,
    SessionExists,
)
from epilwu.audit.scan.events import MAX_PAPERS, TEXT_LIMIT, Source
from epilwu.audit.scan.pictures import ScannedPicture
from epilwu.audit.scan.session import ScanSession
from epilwu.audit.scan.state import replay
from epilwu.audit.scan.store import DATABASE, ScanStore
from epilwu.audit.scan.typed import Reading, code_of
from epilwu.audit.slips import Certainty, SlipClass, TypedFate

SLIPS = [*scene().slips[1, 1], *scene().slips[1, 2]]
VOID = scene().void[1, 1][0]
OTHER = scene().slips[2, 1][0]
KINDS = {"counted": SLIPS[0].text, "void": VOID.text}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[ScanSession]:
    with closing(session_in(tmp_path / "scan", bundle_size=3)) as opened:
        yield opened


def add(session: ScanSession, *texts: str) -> list[SlipClass]:
    return [session.add_text(text, Source.SERIAL, sure=True).slip.slip_class for text in texts]


def counts(session: ScanSession) -> dict[str, int]:
    return {str(kind): number for kind, number in session.summary().classes.items() if number}


def test_each_paper_is_one_class_and_counts_once(session: ScanSession) -> None:
    cut = SLIPS[2].text[:-1]
    papers = add(session, SLIPS[0].text, SLIPS[1].text, SLIPS[0].text, VOID.text, VOID.text, OTHER.text, cut)
    assert papers == ["counted", "counted", "duplicate", "void", "duplicate", "foreign", "foreign"]
    assert session.paper(3).slip.reason == "sudah ada di bundel 1, kertas 1"
    assert counts(session) == {"counted": 2, "duplicate": 2, "void": 1, "foreign": 2}
    assert [slip.choice for slip in session.slips()] == [SLIPS[0].choice, SLIPS[1].choice, *[None] * 5]


def test_a_duplicate_names_the_bundle_in_which_the_slip_was_first_seen(session: ScanSession) -> None:
    add(session, SLIPS[0].text)
    session.close_bundle(1, "Ani")
    add(session, SLIPS[1].text, SLIPS[0].text)
    assert session.paper(3).seen.bundle == 2
    assert session.paper(3).slip.reason == "sudah ada di bundel 1, kertas 1"


def test_a_line_that_no_booth_signed_is_asked_for_again(session: ScanSession) -> None:
    for text in (SLIPS[0].text[:-3], SLIPS[0].text[:-1] + "A", OTHER.text, "https://x.example", ""):
        with pytest.raises(ReadAgain, match="belum dicatat"):
            session.add_text(text, Source.KEYBOARD)
    assert counts(session) == {}
    assert session.add_text(SLIPS[0].text, Source.KEYBOARD).slip.slip_class is SlipClass.COUNTED


def test_a_trigger_pulled_twice_makes_no_duplicate(session: ScanSession) -> None:
    session.add_text(SLIPS[0].text, Source.SERIAL)
    with pytest.raises(JustSeen, match="bundel 1, kertas 1"):
        session.add_text(SLIPS[0].text, Source.SERIAL)
    session.add_text(SLIPS[1].text, Source.SERIAL)
    assert session.add_text(SLIPS[0].text, Source.SERIAL).slip.slip_class is SlipClass.DUPLICATE
    with pytest.raises(JustSeen):
        session.add_text(SLIPS[1].text, Source.CAMERA)
    assert counts(session) == {"counted": 2, "duplicate": 1}


def test_a_doubtful_reading_without_a_signature_is_unreadable_and_not_foreign(session: ScanSession) -> None:
    doubtful = [
        ScannedPicture(f"{number}.png", (text,), certainty=Certainty.DOUBTFUL)
        for number, text in enumerate((SLIPS[0].text, SLIPS[1].text[:-1] + "A", "https://x.example"))
    ]
    several = ScannedPicture("9.png", (SLIPS[3].text,), certainty=Certainty.SEVERAL)
    papers = session.add_pictures([*doubtful, several], Source.PICTURE)
    assert [paper.slip.slip_class for paper in papers] == ["counted", "unreadable", "unreadable", "unreadable"]


def test_a_correction_takes_two_people_and_deletes_nothing(session: ScanSession) -> None:
    add(session, SLIPS[0].text, SLIPS[0].text)
    for people in (("Ani",), ("Ani", "ani "), ("Ani", ""), ("Ani", "Budi", "Citra")):
        with pytest.raises(EntryRefused):
            session.correct(1, people, "terpindai dua kali")
    with pytest.raises(EntryRefused, match="Alasan"):
        session.correct(1, PEOPLE, "")
    assert session.correct(1, PEOPLE, "kertas contoh").set_aside is not None
    assert session.paper(2).slip.slip_class is SlipClass.COUNTED, "the copy is the first that counts now"
    assert counts(session) == {"counted": 1}
    assert len(session.papers()) == 2
    (correction,) = session.summary().corrections
    assert (correction.people, correction.reason) == (PEOPLE, "kertas contoh")
    with pytest.raises(EntryRefused, match="sudah dikesampingkan"):
        session.correct(1, PEOPLE, "lagi")
    assert add(session, SLIPS[0].text) == ["duplicate"]


def test_bundles_are_counted_by_hand_and_scanned_anew_where_they_differ(session: ScanSession) -> None:
    with pytest.raises(EntryRefused, match="masih kosong"):
        session.close_bundle(0, "Ani")
    add(session, SLIPS[0].text, SLIPS[1].text)
    assert session.close_bundle(3, "Ani").difference == 1
    add(session, SLIPS[3].text)
    assert not session.summary().complete
    assert session.reopen_bundle(1, PEOPLE, "selisih satu").scanned == 0
    assert session.summary().current_bundle == 1
    assert add(session, SLIPS[0].text, SLIPS[1].text, SLIPS[2].text) == ["counted"] * 3
    assert session.close_bundle(3, "Ani").settled
    assert session.summary().current_bundle == 2
    session.close_bundle(2, "Ani")
    assert session.count_bundle(2, 1, "Budi").settled
    assert session.summary().complete
    assert counts(session) == {"counted": 4}


def test_pictures_fill_bundles_that_are_counted_later(session: ScanSession, tmp_path: Path) -> None:
    pictures = [ScannedPicture(f"{n}.png", (slip.text,), f"{n:064x}") for n, slip in enumerate(SLIPS[:7])]
    assert len(session.add_pictures(pictures, Source.PICTURE, fill_bundles=True)) == 7
    assert [(b.number, b.scanned, b.closed, b.by_hand) for b in session.summary().bundles] == [
        (1, 3, True, None),
        (2, 3, True, None),
        (3, 1, False, None),
    ]
    assert session.add_pictures(pictures, Source.PICTURE) == ()
    renamed = [ScannedPicture("copy.png", pictures[0].texts, pictures[0].digest)]
    assert session.add_pictures(renamed, Source.PICTURE)[0].slip.slip_class is SlipClass.DUPLICATE
    image = draw(SLIPS[8], tmp_path)
    assert session.add_image(image.name, image.read_bytes())[0].slip.slip_class is SlipClass.COUNTED
    assert session.add_image(image.name, image.read_bytes()) == ()


def test_two_people_type_an_unreadable_paper(session: ScanSession) -> None:
    add(session, SLIPS[0].text)
    number = session.add_unreadable().number
    code = code_of(SLIPS[5].id)
    assert session.type_in(number, "Ani", 2, f" {code[:4]} {code[4:]} ").reading is Reading.ONE
    with pytest.raises(EntryRefused, match="sudah mengetik"):
        session.type_in(number, "ANI", 2, code)
    assert [paper.number for paper in session.papers_to_type("Budi")] == [number]
    assert session.papers_to_type("Ani") == ()
    assert session.type_in(number, "Budi", 1, code).reading is Reading.DIFFERENT
    assert session.slips()[1].typed is None
    assert session.type_in(number, "Citra", 2, code).reading is Reading.AGREED
    assert session.papers_to_type("Dewi") == ()
    slip = session.slips()[1]
    assert (slip.slip_class, slip.choice) == (SlipClass.UNREADABLE, None)
    assert slip.typed is not None
    assert (slip.typed.choice, slip.typed.fate, slip.typed.id) == (2, TypedFate.KNOWN, SLIPS[5].id)
    add(session, SLIPS[5].text)
    again = session.slips()[1].typed
    assert again is not None
    assert again.fate is TypedFate.DUPLICATE, "what a program reads outweighs what was typed, whichever came first"


@pytest.mark.parametrize(
    ("code", "fate"),
    [
        (code_of(SLIPS[0].id), "duplicate"),
        (code_of(VOID.id), "void"),
        (code_of(OTHER.id), "unknown"),
        (None, "unknown"),
    ],
    ids=["of a slip already there", "of a void slip", "of nobody's slip", "illegible"],
)
def test_what_a_typed_code_stands_for(session: ScanSession, code: str | None, fate: str) -> None:
    add(session, SLIPS[0].text)
    number = session.add_unreadable().number
    for reader in PEOPLE:
        session.type_in(number, reader, None, code)
    typed = session.slips()[1].typed
    assert typed is not None
    assert typed.fate == fate


def test_one_code_typed_for_two_papers_is_one_slip(session: ScanSession) -> None:
    for number in (session.add_unreadable().number, session.add_unreadable().number):
        for reader in PEOPLE:
            session.type_in(number, reader, 1, code_of(SLIPS[0].id))
    assert [slip.typed and slip.typed.fate for slip in session.slips()] == ["known", "duplicate"]


@pytest.mark.parametrize(
    "act",
    [
        lambda s: s.type_in(1, "Ani", 1, None),
        lambda s: s.type_in(2, "Ani", 4, None),
        lambda s: s.type_in(2, "Ani", -1, None),
        lambda s: s.type_in(2, "Ani", 1, "0OIl0OIl"),
        lambda s: s.type_in(2, "Ani", 1, "abc"),
        lambda s: s.type_in(2, "", 1, None),
        lambda s: s.type_in(9, "Ani", 1, None),
        lambda s: s.paper(0),
        lambda s: s.count_bundle(7, 1, "Ani"),
        lambda s: s.count_bundle(1, -1, "Ani"),
        lambda s: s.count_bundle(1, MAX_PAPERS + 1, "Ani"),
        lambda s: s.count_bundle(1, 2, "A\u202eni"),
        lambda s: s.close_bundle(2, " "),
        lambda s: s.reopen_bundle(7, PEOPLE, "x"),
        lambda s: s.reopen_bundle(1, PEOPLE, "x" * 301),
    ],
)
def test_what_cannot_be_entered_is_refused_and_changes_nothing(
    session: ScanSession, act: Callable[[ScanSession], object]
) -> None:
    add(session, SLIPS[0].text)
    session.add_unreadable()
    before = session.entries()
    with pytest.raises(EntryRefused) as refusal:
        act(session)
    assert refusal.value.todo
    assert session.entries() == before
    assert add(session, SLIPS[1].text) == ["counted"]


def test_a_session_goes_on_where_it_stood(session: ScanSession, tmp_path: Path) -> None:
    add(session, SLIPS[0].text, SLIPS[1].text)
    session.close_bundle(2, "Ani")
    with closing(go_on(tmp_path / "scan")) as again:
        assert again.summary() == session.summary()
        assert add(again, SLIPS[0].text) == ["duplicate"]
        assert add(session, SLIPS[1].text) == ["duplicate"], "what another program entered is read before writing"
        again.refresh()
        assert again.summary() == session.summary()
    assert replay(session.entries(), register_of()).head == session.summary().head


def test_two_programs_at_once_count_nothing_twice(session: ScanSession, tmp_path: Path) -> None:
    def work() -> None:
        with closing(go_on(tmp_path / "scan")) as mine:
            add(mine, *(slip.text for slip in SLIPS[:6]))

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    session.refresh()
    assert counts(session) == {"counted": 6, "duplicate": 6}


def test_there_is_one_session_in_a_folder_and_none_where_none_was_begun(tmp_path: Path) -> None:
    with pytest.raises(NoSession, match=DATABASE):
        go_on(tmp_path)
    session_in(tmp_path).close()
    with pytest.raises(SessionExists):
        session_in(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [DATABASE]
    assert (tmp_path / DATABASE).stat().st_mode & 0o777 == 0o600


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SessionBusy):
        session_in(tmp_path / "file" / "scan")


def test_another_station_s_register_does_not_open_it(session: ScanSession, tmp_path: Path) -> None:
    with pytest.raises(SessionDamaged, match="milik TPS, pemilihan atau daftar struk lain"):
        ScanSession.open(tmp_path / "scan", register_of(2))


@pytest.mark.parametrize(
    "statement", ["DELETE FROM entry WHERE seq = 2", "UPDATE entry SET data = x'00' WHERE seq = 1"]
)
def test_entries_can_neither_be_deleted_nor_changed(session: ScanSession, tmp_path: Path, statement: str) -> None:
    add(session, SLIPS[0].text, SLIPS[1].text)
    with closing(sqlite3.connect(tmp_path / "scan" / DATABASE)) as database, pytest.raises(sqlite3.IntegrityError):
        database.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM entry WHERE seq = 1",
        "UPDATE entry SET data = CAST(replace(CAST(data AS TEXT), 'counted', 'foreign') AS BLOB) WHERE seq = 1",
        "UPDATE entry SET data = x'7b7d' WHERE seq = 2",
        "UPDATE entry SET seq = 9 WHERE seq = 1",
        "DELETE FROM entry",
        "DROP TABLE entry",
    ],
)
def test_whoever_goes_round_the_triggers_is_found_out(session: ScanSession, tmp_path: Path, statement: str) -> None:
    add(session, SLIPS[0].text, SLIPS[1].text)
    with closing(sqlite3.connect(tmp_path / "scan" / DATABASE)) as database, database:
        for trigger in ("entry_next", "entry_kept", "entry_not_deleted"):
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute(statement)
    with pytest.raises(SessionDamaged):
        go_on(tmp_path / "scan")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_changed_anywhere_is_never_read_as_another_session(
    session: ScanSession, tmp_path: Path, data: st.DataObject
) -> None:
    if not session.papers():
        add(session, SLIPS[0].text, SLIPS[1].text)
    entries = session.entries()
    content = bytearray((tmp_path / "scan" / DATABASE).read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    spoilt = tmp_path / "spoilt"
    spoilt.mkdir(exist_ok=True)
    (spoilt / DATABASE).write_bytes(content)
    try:
        with closing(go_on(spoilt)) as opened:
            assert opened.entries() == entries, "the change lies in unused space"
    except (SessionDamaged, SessionBusy, NoSession):
        pass


@pytest.mark.parametrize("sign", [0x80, 0xC1, 0xFF])
def test_a_schema_that_is_no_text_any_more_is_damage(session: ScanSession, tmp_path: Path, sign: int) -> None:
    add(session, SLIPS[0].text)
    session.close()
    content = bytearray((tmp_path / "scan" / DATABASE).read_bytes())
    content[content.index(b"CREATE TABLE ") + 1] = sign
    (tmp_path / "scan" / DATABASE).write_bytes(content)
    with pytest.raises(SessionDamaged):
        go_on(tmp_path / "scan")


def test_a_full_disk_loses_nothing_and_says_so(session: ScanSession, monkeypatch: pytest.MonkeyPatch) -> None:
    add(session, SLIPS[0].text)
    real = ScanStore.append

    def append(store: ScanStore, seq: int, data: bytes) -> None:
        real(store, seq, data)
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(ScanStore, "append", append)
    with pytest.raises(SessionBusy, match="full"):
        add(session, SLIPS[1].text)
    monkeypatch.undo()
    assert counts(session) == {"counted": 1}
    assert add(session, SLIPS[1].text) == ["counted"]


@pytest.mark.parametrize("text", ["x" * (TEXT_LIMIT + 5), "\x00\x1b[2J", "é𝄞", "\ud800"])
def test_no_code_is_too_odd_to_be_recorded(session: ScanSession, tmp_path: Path, text: str) -> None:
    assert add(session, text) == ["foreign"]
    picture = ScannedPicture("\udcff\n.png", (text,) * 9, "0" * 64)
    assert session.add_pictures([picture], Source.PICTURE)[0].slip.slip_class is SlipClass.UNREADABLE
    with closing(go_on(tmp_path / "scan")) as again:
        assert again.summary().papers == 2
