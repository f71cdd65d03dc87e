"""Closing: the report is what the tally will accept, written once, read back, and the booth stays closed."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from booth_samples import AFTERNOON, Polling, make_village, stop, temporary, village, vote
from test_power_cut import FINISHED, in_a_child

from epilwu.booth.booth import Booth
from epilwu.booth.closing import close, close_booth
from epilwu.booth.devices.errors import PrinterState
from epilwu.booth.errors import ClosingRefused, MediumRefused, NotNow, PrinterNotReady
from epilwu.booth.opening import open_ledger
from epilwu.booth.states import Closed
from epilwu.media import station_report
from epilwu.receipt.slip import slip_id
from epilwu.trust.journal import Closed as ClosedEntry


@pytest.fixture
def polling() -> Iterator[Polling]:
    with temporary() as name:
        polling = Polling(Path(name), village(), moment=AFTERNOON)
        (polling.base / "stick").mkdir()
        yield polling


@pytest.fixture
def booth(polling: Polling) -> Iterator[Booth]:
    booth = polling.start()
    for number in range(3):
        vote(booth, village().tokens[number], number)
    booth.scan(village().tokens[3].text)
    booth.choose(1)
    booth.confirm()
    booth.print_slip()
    booth.slip_wrong()
    booth.end_session()
    yield booth
    stop(booth)


def test_the_report_holds_what_the_booth_holds(booth: Booth, polling: Polling) -> None:
    path = close_booth(booth, polling.hall(), polling.base / "stick", copies=2)
    assert path.name == "TPS01-B1.epr" and booth.state == Closed()
    setup = village().setup
    report = station_report.read(
        path.read_bytes(), setup.package.root_pem, setup.definition.day, definition=setup.package.definition
    )
    figures = report.report
    assert (figures.ballots, figures.tokens_spent, figures.slips_cast, figures.slips_void) == (3, 3, 3, 1)
    assert report.ballots == tuple(row.data for row in booth.ledger.store.ballots())
    assert figures.closed_at == "2023-10-22T13:30+07:00"
    assert polling.tray.papers[-1] == polling.tray.papers[-2]
    assert b"CETAK PENUTUPAN" in polling.tray.papers[-1]
    assert isinstance(booth.ledger.entries()[-1].event, ClosedEntry)
    with pytest.raises(NotNow):
        booth.scan(village().tokens[4].text)


def test_closing_can_be_repeated_and_gives_the_same_bytes(booth: Booth, polling: Polling) -> None:
    stick = polling.base / "stick"
    first = close_booth(booth, polling.hall(), stick).read_bytes()
    stop(booth)
    polling.moment += timedelta(hours=3)
    ledger = open_ledger(village().setup, polling.hall())
    assert close(village().setup, ledger, polling.hall(), stick).read_bytes() == first
    ledger.store.close()
    assert polling.tray.papers[-1] == polling.tray.papers[-2]


def test_not_before_the_hour_unless_decided(booth: Booth, polling: Polling) -> None:
    polling.moment = AFTERNOON.replace(hour=12, minute=59)
    with pytest.raises(ClosingRefused, match=r"13\.00"):
        close_booth(booth, polling.hall(), polling.base / "stick")
    assert not booth.ledger.store.closed
    close_booth(booth, polling.hall(), polling.base / "stick", early=True)


def test_not_while_somebody_votes(booth: Booth, polling: Polling) -> None:
    booth.scan(village().tokens[5].text)
    with pytest.raises(NotNow, match="pemilih"):
        close_booth(booth, polling.hall(), polling.base / "stick")
    assert not booth.ledger.store.closed


def test_a_booth_that_was_never_opened_is_not_closed(polling: Polling) -> None:
    polling.tray.state = PrinterState.PAPER_OUT
    with pytest.raises(PrinterNotReady):
        polling.start()
    ledger = open_ledger(village().setup, polling.hall())
    with pytest.raises(ClosingRefused, match="belum pernah dibuka"):
        close(village().setup, ledger, polling.hall(), polling.base / "stick")
    ledger.store.close()


def test_without_paper_or_medium_the_closing_is_finished_later(booth: Booth, polling: Polling) -> None:
    stick = polling.base / "stick"
    polling.tray.state = PrinterState.PAPER_OUT
    with pytest.raises(PrinterNotReady):
        close_booth(booth, polling.hall(), stick)
    assert list(stick.iterdir()) == []
    polling.tray.state = PrinterState.READY
    stick.rmdir()
    with pytest.raises(MediumRefused) as caught:
        close(village().setup, booth.ledger, polling.hall(), stick)
    assert caught.value.where == str(stick)
    stick.mkdir()
    assert close(village().setup, booth.ledger, polling.hall(), stick).exists()


def test_a_mount_point_without_its_medium_takes_no_report(booth: Booth, polling: Polling) -> None:
    with pytest.raises(MediumRefused, match="tidak terpasang"):
        close_booth(booth, polling.hall(same_device=False), polling.base / "stick")


def test_another_report_of_that_name_is_not_overwritten(booth: Booth, polling: Polling) -> None:
    path = polling.base / "stick" / "TPS01-B1.epr"
    path.write_bytes(b"laporan lain")
    with pytest.raises(MediumRefused, match="laporan lain"):
        close_booth(booth, polling.hall(), polling.base / "stick")
    assert path.read_bytes() == b"laporan lain"


def test_a_full_medium_leaves_no_part_of_a_report(booth: Booth, polling: Polling) -> None:
    stick = polling.base / "stick"
    stop(booth)

    def work() -> None:
        ledger = open_ledger(village().setup, polling.hall())
        ledger.close("2023-10-22T13:30+07:00")
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, hard))
        with pytest.raises(MediumRefused) as caught:
            close(village().setup, ledger, polling.hall(), stick)
        assert "TPS01-B1.epr" in caught.value.where
        assert list(stick.iterdir()) == []
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        close(village().setup, ledger, polling.hall(), stick)

    assert in_a_child(work) == FINISHED
    assert (stick / "TPS01-B1.epr").exists()


def test_a_medium_that_returns_other_bytes_is_not_believed(booth: Booth, polling: Polling) -> None:
    stick = polling.base / "stick"

    def spoil(name: str) -> None:
        draft = stick / "TPS01-B1.epr"
        if name == "file:read-back" and draft.exists():
            draft.write_bytes(draft.read_bytes()[:-1] + b"?")

    polling.hook = spoil
    with pytest.raises(MediumRefused):
        close_booth(booth, polling.hall(), stick)


def test_a_rehearsals_report_says_so() -> None:
    with temporary() as name:
        rehearsal = make_village(rehearsal=True, tokens=2)
        polling = Polling(Path(name), rehearsal, moment=AFTERNOON)
        (polling.base / "stick").mkdir()
        booth = polling.start()
        vote(booth, rehearsal.tokens[0], 1)
        path = close_booth(booth, polling.hall(), polling.base / "stick")
        with pytest.raises(Exception, match="gladi"):
            station_report.read(path.read_bytes(), rehearsal.root_pem, rehearsal.setup.definition.day)
        stop(booth)


def test_the_register_of_the_report_is_the_papers(booth: Booth, polling: Polling) -> None:
    """Ids in the report are those of the nonces that were printed, sorted, and nothing else links them to ballots."""
    path = close_booth(booth, polling.hall(), polling.base / "stick")
    setup = village().setup
    report = station_report.read(path.read_bytes(), setup.package.root_pem, setup.definition.day)
    assert list(report.slips_cast) == sorted(report.slips_cast) and len(set(report.slips_cast)) == 3
    assert not set(report.slips_cast) & set(report.slips_void)
    assert len(slip_id(bytes(16))) == len(report.slips_cast[0])
