"""What the booth does for voters and officers, each refusal and each fault by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from booth_samples import PaperTray, Polling, make_village, stop, temporary, village, vote

from epilwu.booth.booth import Booth
from epilwu.booth.devices.errors import PrinterState
from epilwu.booth.errors import NotNow
from epilwu.booth.languages import indonesian
from epilwu.booth.messages import halted, print_trouble, refusal
from epilwu.booth.rows import LastVote
from epilwu.booth.setup import Settings
from epilwu.booth.states import (
    Cause,
    Choosing,
    Confirming,
    Done,
    Halted,
    Idle,
    Printing,
    PrintTrouble,
    Reading,
    Refusal,
    Refused,
    SlipVoided,
)  # fmt: skip
from epilwu.protocol.ballot import verify_ballot
from epilwu.protocol.credential import Token
from epilwu.trust import journal
from epilwu.trust.journal import PauseReason, VoidReason


@pytest.fixture
def polling() -> Iterator[Polling]:
    with temporary() as name:
        yield Polling(Path(name), village())


@pytest.fixture
def booth(polling: Polling) -> Iterator[Booth]:
    booth = polling.start()
    yield booth
    stop(booth)


def _events(booth: Booth) -> list[journal.Event]:
    return [entry.event for entry in booth.ledger.entries()]


def _reading(booth: Booth, number: int = 0, choice: int = 3) -> None:
    booth.scan(village().tokens[number].text)
    booth.choose(choice)
    booth.confirm()
    booth.print_slip()
    assert isinstance(booth.state, Reading)


def test_a_vote_goes_all_the_way(booth: Booth, polling: Polling) -> None:
    token = village().tokens[0]
    booth.scan(token.text)
    assert isinstance(booth.state, Choosing)
    booth.choose(3)
    assert booth.state == Confirming(3)
    booth.redo()
    booth.choose(0)
    booth.confirm()
    assert isinstance(booth.state, Printing)
    booth.print_slip()
    booth.slip_right()
    assert isinstance(booth.state, Done)
    assert booth.ledger.store.last_vote is LastVote.RECORDED
    booth.finish()
    assert isinstance(booth.state, Idle) and booth.ledger.store.last_vote is LastVote.NONE
    (row,) = booth.ledger.store.ballots()
    ballot = verify_ballot(village().setup.election, row.data, credentials=village().setup.booth_credentials)
    assert (ballot.tracker, ballot.credential) == (row.tracker, row.credential)
    assert len(polling.tray.papers) == 2  # the zero report and one slip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Refusal.MALFORMED),
        ("0OIl0-0OIl0O-0OIl0-0OIl0O", Refusal.MALFORMED),
        (village().tokens[0].text.replace("-", ""), Refusal.MALFORMED),
        (village().tokens[0].text + "x", Refusal.MALFORMED),
        ("EPW1:ABCDEF", Refusal.NOT_A_TOKEN),
        ("EPC1:ABCDEF", Refusal.NOT_A_TOKEN),
        ("A" * 43, Refusal.NOT_A_TOKEN),
        (village().others[0].text, Refusal.OTHER_BOOTH),
        (Token.generate().text, Refusal.OTHER_ELECTION),
    ],
    ids=["nothing", "letters", "no-hyphens", "too-long", "slip", "report", "tracker", "other-booth", "other-election"],
)
def test_each_wrong_card_is_refused_with_its_own_reason(booth: Booth, text: str, expected: Refusal) -> None:
    booth.scan(text)
    assert booth.state == Refused(expected)
    assert _events(booth)[-1] == journal.TokenRefused(expected.journal_reason)
    if text:
        assert text.encode() not in b"".join(booth.ledger.lines())
    booth.finish()
    assert isinstance(booth.state, Idle)


def test_a_card_is_good_once(booth: Booth) -> None:
    vote(booth, village().tokens[0], 1)
    booth.scan(village().tokens[0].text)
    assert booth.state == Refused(Refusal.USED)
    booth.scan(village().tokens[1].text)  # the next voter need not wait for the screen
    assert isinstance(booth.state, Choosing)


def test_every_refusal_has_its_own_words() -> None:
    assert len({refusal(Refused(reason), indonesian()).heading for reason in Refusal}) == len(Refusal)


def test_every_halt_says_first_whether_the_vote_is_recorded() -> None:
    for cause in Cause:
        assert "SUDAH tercatat" in halted(Halted(cause, True, "silent"), indonesian()).heading
        assert "BELUM tercatat" in halted(Halted(cause, False, "silent"), indonesian()).heading
        assert halted(Halted(cause, None, "silent"), indonesian()).heading
    assert "BELUM tercatat" in print_trouble(PrintTrouble(1, "paper-out"), indonesian()).meaning


def test_a_blank_vote_only_where_it_is_allowed() -> None:
    with temporary() as name:
        strict = make_village(candidates=2, blank=False, tokens=2)
        booth = Polling(Path(name), strict).start()
        booth.scan(strict.tokens[0].text)
        for choice in (0, 3):
            with pytest.raises(NotNow):
                booth.choose(choice)
        booth.choose(2)
        assert booth.state == Confirming(2)
        stop(booth)


def test_an_old_screen_counts_for_nothing(booth: Booth) -> None:
    booth.scan(village().tokens[0].text)
    old = booth.shown.turn
    booth.choose(3, old)
    for act in (booth.confirm, booth.redo, lambda turn: booth.choose(2, turn), booth.call):
        with pytest.raises(NotNow):
            act(old)
    assert booth.state == Confirming(3)


def test_a_wrong_slip_is_void_and_the_voter_chooses_again(booth: Booth) -> None:
    _reading(booth)
    booth.slip_wrong()
    assert isinstance(booth.state, SlipVoided)
    assert _events(booth)[-1] == journal.SlipVoided(VoidReason.VOTER)
    booth.again()
    booth.choose(2)
    booth.confirm()
    booth.print_slip()
    booth.slip_right()
    counts = booth.ledger.store.counts()
    assert (counts.ballots, counts.slips_cast, counts.slips_void) == (1, 1, 1)


def test_three_wrong_slips_stop_the_booth_and_a_restart_does_not_free_it(booth: Booth, polling: Polling) -> None:
    for number in range(3):
        _reading(booth, number)
        booth.slip_wrong()
        if number < 2:
            booth.again()
            booth.end_session()
    assert booth.state == Halted(Cause.WRONG_SLIPS, recorded=False)
    assert _events(booth)[-2:] == [journal.SlipVoided(VoidReason.VOTER), journal.Paused(PauseReason.WRONG_SLIPS)]
    stop(booth)
    again = polling.start()
    assert isinstance(again.state, Halted) and again.state.cause is Cause.WRONG_SLIPS
    again.resume()
    assert _events(again)[-1] == journal.Resumed()
    _reading(again, 3)
    again.slip_wrong()
    assert isinstance(again.state, SlipVoided)  # the count began anew
    stop(again)


@pytest.mark.parametrize("state", [state for state in PrinterState if not state.can_print])
def test_no_session_starts_while_the_printer_is_not_well(booth: Booth, polling: Polling, state: PrinterState) -> None:
    polling.tray.state = state
    booth.scan(village().tokens[0].text)
    assert booth.state == Halted(Cause.PRINTER, None, state.value)
    assert _events(booth)[-1] == journal.DeviceFault(journal.Device.PRINTER, state.value)
    booth.check_devices()
    assert isinstance(booth.state, Halted)
    polling.tray.state = PrinterState.READY
    booth.check_devices()
    assert isinstance(booth.state, Idle)
    booth.scan(village().tokens[0].text)
    assert isinstance(booth.state, Choosing)


def test_an_idle_booth_finds_a_printer_fault_before_a_voter_does(booth: Booth, polling: Polling) -> None:
    polling.tray.state = PrinterState.COVER_OPEN
    booth.check_devices()
    assert isinstance(booth.state, Halted) and booth.state.cause is Cause.PRINTER


def test_a_slip_is_printed_again_only_under_a_new_nonce(booth: Booth, polling: Polling) -> None:
    booth.scan(village().tokens[0].text)
    booth.choose(3)
    booth.confirm()
    first = booth.state
    polling.tray.state = PrinterState.PAPER_OUT
    booth.print_slip()
    assert booth.state == PrintTrouble(3, "paper-out")
    with pytest.raises(NotNow):
        booth.confirm()
    polling.tray.state = PrinterState.READY
    booth.check_devices()
    booth.confirm()
    second = booth.state
    assert isinstance(first, Printing) and isinstance(second, Printing) and first.nonce != second.nonce
    booth.print_slip()
    booth.slip_right()
    counts = booth.ledger.store.counts()
    assert (counts.ballots, counts.slips_cast, counts.slips_void) == (1, 1, 1)
    assert journal.SlipVoided(VoidReason.PRINTER) in _events(booth)


def test_officers_end_a_session_and_the_card_stays_good(booth: Booth) -> None:
    _reading(booth)
    booth.end_session()
    assert isinstance(booth.state, Idle)
    assert _events(booth)[-1] == journal.SlipVoided(VoidReason.ENDED)
    vote(booth, village().tokens[0], 3)
    assert booth.ledger.store.counts().ballots == 1


def test_time_calls_officers_but_never_casts(booth: Booth, polling: Polling) -> None:
    _reading(booth)
    for _ in range(50):
        polling.now += 3600
        booth.tick()
    assert isinstance(booth.state, Reading) and booth.shown.view.calling
    booth.dismiss(booth.shown.turn)
    assert not booth.shown.view.calling
    assert booth.ledger.store.counts().ballots == 0


def test_time_leaves_the_screens_that_inform(booth: Booth, polling: Polling) -> None:
    booth.scan("")
    polling.now += 13
    booth.tick()
    assert isinstance(booth.state, Idle)
    _reading(booth)
    booth.slip_right()
    polling.now += 7.9
    booth.tick()
    assert isinstance(booth.state, Done)
    polling.now += 0.2
    booth.tick()
    assert isinstance(booth.state, Idle)


def test_what_a_voter_asked_for_is_gone_with_the_voter(booth: Booth) -> None:
    booth.scan(village().tokens[0].text)
    turn = booth.shown.turn
    booth.enlarge(turn)
    booth.contrast(turn)
    booth.choose(1, turn)  # the turn is still good: only the look changed
    assert booth.shown.view.size == 1 and booth.shown.view.contrast
    booth.end_session()
    assert booth.shown.view.size == 0 and not booth.shown.view.contrast


def test_a_second_medium_torn_out_in_a_cast_leaves_the_vote_recorded(booth: Booth, polling: Polling) -> None:
    _reading(booth)
    polling.second.rename(polling.base / "pocket")
    booth.slip_right()
    assert isinstance(booth.state, Halted) and booth.state.cause is Cause.SECOND_MEDIUM and booth.state.recorded is True
    booth.resume()
    assert (
        isinstance(booth.state, Halted) and booth.state.recorded is True and str(polling.second) in booth.state.detail
    )
    (polling.base / "pocket").rename(polling.second)
    booth.resume()
    assert isinstance(booth.state, Idle)
    assert booth.ledger.agree() == 0
    booth.scan(village().tokens[0].text)
    assert booth.state == Refused(Refusal.USED)


def test_a_second_medium_torn_out_before_printing_records_nothing(booth: Booth, polling: Polling) -> None:
    booth.scan(village().tokens[0].text)
    booth.choose(1)
    polling.second.rename(polling.base / "pocket")
    booth.confirm()
    assert isinstance(booth.state, Halted) and booth.state.recorded is False
    assert booth.ledger.store.counts().slips_pending == 0
    (polling.base / "pocket").rename(polling.second)
    booth.resume()
    vote(booth, village().tokens[0], 1)


def test_no_session_starts_without_the_second_medium(booth: Booth, polling: Polling) -> None:
    polling.second.rename(polling.base / "pocket")
    booth.scan(village().tokens[0].text)
    assert isinstance(booth.state, Halted) and booth.state == Halted(Cause.SECOND_MEDIUM, None, booth.state.detail)
    (polling.base / "pocket").rename(polling.second)


def test_a_medium_changed_meanwhile_stops_the_booth_for_good(booth: Booth, polling: Polling) -> None:
    vote(booth, village().tokens[0], 1)
    booth.pause()
    log = polling.second / "journal.log"
    data = bytearray(log.read_bytes())
    data[200] ^= 1
    log.write_bytes(data)
    booth.resume()
    assert isinstance(booth.state, Halted) and booth.state.cause is Cause.MEDIA_DISAGREE
    assert "kepala" in booth.state.detail
    with pytest.raises(NotNow):
        booth.resume()


def test_pausing_and_resuming_stand_in_the_journal(booth: Booth, polling: Polling) -> None:
    booth.pause()
    with pytest.raises(NotNow):
        booth.scan(village().tokens[0].text)
    stop(booth)
    again = polling.start()
    assert isinstance(again.state, Halted) and again.state.cause is Cause.OFFICER
    again.resume()
    assert [event.kind for event in _events(again)] == ["opened", "paused", "restart", "resumed"]
    stop(again)


def test_the_scanners_absence_is_noted_once(booth: Booth) -> None:
    for present in (True, False, False, True, False):
        booth.note_scanner(present=present)
    faults = [event for event in _events(booth) if isinstance(event, journal.DeviceFault)]
    assert faults == [journal.DeviceFault(journal.Device.SCANNER, "gone")] * 2
    assert not booth.shown.view.scanner


def test_the_tracker_slip_comes_after_the_vote_and_costs_nothing_when_it_fails() -> None:
    with temporary() as name:
        polling = Polling(Path(name), village(), settings=Settings(tracker_slips=True))
        booth = polling.start()
        _reading(booth)
        booth.slip_right()
        papers = len(polling.tray.papers)
        booth.print_tracker()
        booth.print_tracker()
        assert len(polling.tray.papers) == papers + 1
        (row,) = booth.ledger.store.ballots()
        assert row.tracker[:15].encode() in polling.tray.papers[-1]
        booth.finish()
        _reading(booth, 1)
        booth.slip_right()
        polling.tray.state = PrinterState.PAPER_OUT
        booth.print_tracker()
        assert isinstance(booth.state, Done) and booth.ledger.store.counts().ballots == 2
        stop(booth)


def test_a_scrap_is_cut_off_when_power_came_back_in_the_middle_of_a_slip(polling: Polling) -> None:
    booth = polling.start()
    booth.scan(village().tokens[0].text)
    booth.choose(1)
    booth.confirm()
    stop(booth)
    polling.tray = PaperTray()
    again = polling.start()
    assert polling.tray.scraps_voided == 1
    assert again.state == Halted(Cause.RESTART, recorded=False)
    stop(again)
