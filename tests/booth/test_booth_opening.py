"""Opening a booth: every bad package, code and medium is refused with a sentence, and nothing is half-done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from booth_samples import MORNING, PINS, TWO, Polling, Village, make_village, stop, temporary, village, vote

from epilwu.booth.devices.errors import PrinterState
from epilwu.booth.errors import (
    BoothClosed,
    BoothNotEmpty,
    MediaDisagree,
    MediumRefused,
    OpeningRefused,
    PrinterNotReady,
    SecondMediumGone,
    StoreRefused,
)  # fmt: skip
from epilwu.booth.officers import unlock
from epilwu.booth.opening import read_package, start_booth
from epilwu.booth.rows import Change
from epilwu.booth.states import Cause, Halted, Idle
from epilwu.booth.store import DATABASE, Store
from epilwu.booth.tries import Tries
from epilwu.errors import EpilwuError
from epilwu.media import booth_package
from epilwu.trust.journal import Opened


@pytest.fixture
def polling() -> Iterator[Polling]:
    with temporary() as name:
        yield Polling(Path(name), village())


def _files(folder: Path, village: Village) -> tuple[Path, Path]:
    package, root = folder / "TPS01-B1.epb", folder / "root.pem"
    package.write_bytes(village.package_bytes)
    root.write_bytes(village.root_pem)
    return package, root


def test_an_opening_prints_zero_and_writes_its_first_entry(polling: Polling) -> None:
    booth = polling.start()
    assert isinstance(booth.state, Idle)
    (entry,) = booth.ledger.entries()
    assert isinstance(entry.event, Opened) and entry.event.at == "2023-10-22T07:00+07:00"
    (paper,) = polling.tray.papers
    assert b"CETAK NOL" in paper and entry.head[:8].encode() in paper
    assert village().setup.definition_hash[:8].encode() in paper
    stop(booth)


def test_a_good_package_is_read(tmp_path: Path) -> None:
    package, root = _files(tmp_path, village())
    found = read_package(package, root, at=MORNING)
    setup = unlock(found, TWO, Tries(tmp_path), where="paket")
    assert setup.definition_hash == village().setup.definition_hash
    assert not any(pin in repr(setup) for pin in PINS.values()) and "rrrr" not in repr(setup)


def _foreign_root(package: Path, root: Path) -> None:
    root.write_bytes(make_village(tokens=1).root_pem)


DAMAGES: dict[str, Callable[[Path, Path], object]] = {
    "truncated": lambda package, root: package.write_bytes(package.read_bytes()[:-700]),
    "empty": lambda package, root: package.write_bytes(b""),
    "padded": lambda package, root: package.write_bytes(package.read_bytes() + b"\0"),
    "doubled": lambda package, root: package.write_bytes(package.read_bytes() * 2),
    "flipped": lambda package, root: package.write_bytes(package.read_bytes().replace(b"Calon Dua", b"Calon Tua")),
    "foreign root": _foreign_root,
    "unreadable root": lambda package, root: root.write_bytes(b"-----BEGIN"),
    "package missing": lambda package, root: package.unlink(),
    "root missing": lambda package, root: root.unlink(),
    "package is a folder": lambda package, root: (package.unlink(), package.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_bad_package_is_refused_by_name(tmp_path: Path, damage: str) -> None:
    package, root = _files(tmp_path, village())
    DAMAGES[damage](package, root)
    with pytest.raises(EpilwuError) as caught:
        read_package(package, root, at=MORNING)
    assert str(tmp_path) in caught.value.where or "akar" in str(caught.value)
    assert caught.value.todo


@pytest.mark.parametrize("days", [-60, 60])
def test_a_package_out_of_its_time_is_refused(tmp_path: Path, days: int) -> None:
    package, root = _files(tmp_path, village())
    with pytest.raises(EpilwuError, match="berlaku"):
        read_package(package, root, at=MORNING + timedelta(days=days))


def test_any_row_stops_the_opening(polling: Polling) -> None:
    store = Store.create(polling.first, village().setup.identity)
    store.commit(Change(pending=b"x" * 48))
    store.close()
    with pytest.raises(BoothNotEmpty, match="1 struk"):
        polling.start()
    assert not polling.tray.papers


def test_a_used_second_medium_stops_the_opening(polling: Polling) -> None:
    stop(polling.start())
    (polling.first / DATABASE).unlink()
    with pytest.raises(BoothNotEmpty, match="1 entri"):
        polling.start()


def test_without_paper_nothing_is_opened_and_the_opening_can_be_repeated(polling: Polling) -> None:
    polling.tray.state = PrinterState.PAPER_OUT
    with pytest.raises(PrinterNotReady, match="Kertas printer habis"):
        polling.start()
    polling.tray.state = PrinterState.READY
    booth = polling.start()
    assert isinstance(booth.state, Idle) and len(booth.ledger.entries()) == 1
    stop(booth)


def test_a_missing_second_medium_stops_the_opening_before_anything_is_made(polling: Polling) -> None:
    polling.second.rmdir()
    with pytest.raises(SecondMediumGone):
        polling.start()
    assert not Store.exists(polling.first)


def test_both_media_on_one_device_are_refused(polling: Polling) -> None:
    with pytest.raises(SecondMediumGone, match="tidak terpasang"):
        start_booth(village().setup, polling.hall(same_device=False))
    assert not Store.exists(polling.first)


def test_a_missing_first_medium_is_named(polling: Polling) -> None:
    polling.first.rmdir()
    with pytest.raises(MediumRefused) as caught:
        polling.start()
    assert caught.value.where == str(polling.first)


def test_opening_twice_is_refused_where_only_an_opening_is_meant(polling: Polling) -> None:
    stop(polling.start())
    with pytest.raises(OpeningRefused):
        start_booth(village().setup, polling.hall(), only_opening=True)


def test_another_booths_media_are_refused(polling: Polling) -> None:
    stop(polling.start())
    other = make_village(tokens=2)
    with pytest.raises(StoreRefused):
        start_booth(other.setup, polling.hall())
    (polling.first / DATABASE).unlink()
    with pytest.raises(BoothNotEmpty):
        start_booth(other.setup, polling.hall())


def test_a_restart_with_an_emptied_second_medium_needs_a_decision(polling: Polling) -> None:
    booth = polling.start()
    vote(booth, village().tokens[0], 1)
    stop(booth)
    for path in polling.second.iterdir():
        path.unlink()
    with pytest.raises(SecondMediumGone, match="kosong"):
        polling.start()
    again = start_booth(village().setup, polling.hall(new_second=True))
    assert isinstance(again.state, Halted) and again.state.cause is Cause.RESTART
    assert again.ledger.agree() == 0
    stop(again)


def test_an_older_first_medium_stops_the_booth_with_both_heads(polling: Polling) -> None:
    booth = polling.start()
    stop(booth)
    older = (polling.first / DATABASE).read_bytes()
    booth = polling.start()
    booth.resume()
    vote(booth, village().tokens[0], 1)
    stop(booth)
    (polling.first / DATABASE).write_bytes(older)
    with pytest.raises(MediaDisagree) as caught:
        polling.start()
    assert "Media pertama: 1 entri" in caught.value.what and "Media kedua: 3 entri" in caught.value.what


def test_a_closed_booth_never_opens_again(polling: Polling) -> None:
    booth = polling.start()
    booth.ledger.close("2023-10-22T13:30+07:00")
    stop(booth)
    with pytest.raises(BoothClosed):
        polling.start()


def test_a_name_that_cannot_be_printed_is_found_before_any_voter_comes(polling: Polling) -> None:
    setup = village().setup
    candidates = (*setup.definition.candidates[:4], replace(setup.definition.candidates[4], name="選挙"))
    broken = replace(setup, definition=replace(setup.definition, candidates=candidates))
    with pytest.raises(OpeningRefused, match="nomor 5"):
        start_booth(broken, polling.hall())


def test_a_package_of_a_rehearsal_is_marked_on_the_zero_report() -> None:
    with temporary() as name:
        rehearsal = make_village(rehearsal=True, tokens=1)
        polling = Polling(Path(name), rehearsal)
        stop(polling.start())
        assert b"GLADI" in polling.tray.papers[0]
        booth_package.read(rehearsal.package_bytes, rehearsal.root_pem, date(2023, 10, 22))
