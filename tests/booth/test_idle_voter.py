"""Time reminds an idle voter and calls officers; it never casts. What a voter asked to hear is gone with the voter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from booth_samples import Polling, stop, temporary, village

from epilwu.booth.booth import Booth
from epilwu.booth.devices.errors import PrinterState
from epilwu.booth.errors import NotNow
from epilwu.booth.setup import Settings
from epilwu.booth.states import Choosing, Confirming, Done, Halted, Idle, PrintTrouble, Reading, Refused
from epilwu.booth.view import View


@pytest.fixture
def polling() -> Iterator[Polling]:
    with temporary() as name:
        yield Polling(Path(name), village())


@pytest.fixture
def booth(polling: Polling) -> Iterator[Booth]:
    booth = polling.start()
    yield booth
    stop(booth)


def _wait(polling: Polling, booth: Booth, seconds: float) -> None:
    """So many seconds, with the driver's rounds in them."""
    for _ in range(int(seconds)):
        polling.now += 1
        booth.tick()


def _read(booth: Booth, token: int = 0) -> None:
    booth.scan(village().tokens[token].text)
    booth.choose(3)
    booth.confirm()
    booth.print_slip()


def test_an_idle_voter_is_reminded_then_officers_are_called_and_nothing_is_cast(polling: Polling, booth: Booth) -> None:
    _read(booth)
    turn = booth.shown.turn
    _wait(polling, booth, 59)
    assert not booth.shown.view.reminding
    _wait(polling, booth, 1)
    assert booth.shown.view.reminding and not booth.shown.view.calling
    _wait(polling, booth, 59)
    assert booth.shown.view.reminding and not booth.shown.view.calling
    _wait(polling, booth, 2)
    assert booth.shown.view.calling and not booth.shown.view.reminding
    _wait(polling, booth, 4000)
    assert isinstance(booth.state, Reading) and booth.shown.turn == turn
    counts = booth.ledger.store.counts()
    assert (counts.ballots, counts.slips_pending) == (0, 1)


def test_whoever_answers_the_reminder_has_all_the_time_again(polling: Polling, booth: Booth) -> None:
    _read(booth)
    for _ in range(5):
        _wait(polling, booth, 60)
        assert booth.shown.view.reminding
        booth.stir(booth.shown.turn)
        assert not booth.shown.view.reminding and isinstance(booth.state, Reading)
        _wait(polling, booth, 59)
        assert not booth.shown.view.calling
        booth.stir(booth.shown.turn)


def test_a_touch_on_the_screen_beneath_counts_although_the_reminder_came(polling: Polling, booth: Booth) -> None:
    booth.scan(village().tokens[0].text)
    turn = booth.shown.turn
    _wait(polling, booth, 60)
    assert booth.shown.view.reminding
    booth.choose(2, turn)  # the finger was already on its way
    assert booth.state == Confirming(2) and not booth.shown.view.reminding


def test_nobody_is_reminded_while_the_booth_itself_is_waiting(polling: Polling, booth: Booth) -> None:
    booth.scan(village().tokens[0].text)
    booth.choose(3)
    booth.confirm()
    polling.tray.state = PrinterState.PAPER_OUT
    booth.print_slip()
    _wait(polling, booth, 100)
    assert isinstance(booth.state, PrintTrouble) and not booth.shown.view.reminding
    polling.tray.state = PrinterState.READY
    booth.check_devices()
    _wait(polling, booth, 60)
    assert booth.shown.view.reminding


def test_nobody_is_reminded_on_the_first_screen(polling: Polling, booth: Booth) -> None:
    _wait(polling, booth, 1000)
    assert isinstance(booth.state, Idle) and booth.shown.view == View()


def test_who_listens_has_twice_the_time(polling: Polling, booth: Booth) -> None:
    booth.voice_on()
    booth.scan(village().tokens[0].text)
    assert booth.shown.view.voice
    _wait(polling, booth, 119)
    assert not booth.shown.view.reminding
    _wait(polling, booth, 1)
    assert booth.shown.view.reminding
    _wait(polling, booth, 120)
    assert booth.shown.view.calling


def test_the_voice_is_off_for_the_next_voter(polling: Polling, booth: Booth) -> None:
    booth.voice()
    _read(booth)
    booth.slip_right()
    assert isinstance(booth.state, Done) and booth.shown.view.voice
    booth.finish()
    assert booth.shown.view == View()
    booth.voice_on()
    _read(booth, 1)
    booth.end_session()
    assert booth.shown.view == View()


def test_the_button_turns_the_voice_off_again_and_a_key_never_does(booth: Booth) -> None:
    booth.voice_on()
    booth.voice_on()
    assert booth.shown.view.voice
    booth.voice()
    assert not booth.shown.view.voice


def test_a_booth_that_others_could_hear_stays_silent() -> None:
    with temporary() as name:
        booth = Polling(Path(name), village(), settings=Settings(spoken=False)).start()
        for turn_on in (booth.voice, booth.voice_on):
            with pytest.raises(NotNow):
                turn_on()
        assert not booth.shown.view.voice
        stop(booth)


def test_a_refused_card_does_not_silence_the_guide(booth: Booth) -> None:
    booth.voice_on()
    booth.scan("bukan kartu")
    assert isinstance(booth.state, Refused) and booth.shown.view.voice
    booth.finish()
    assert isinstance(booth.state, Idle) and booth.shown.view.voice


def test_a_guide_that_nobody_listens_to_goes_off(polling: Polling, booth: Booth) -> None:
    booth.voice_on()
    _wait(polling, booth, 91)
    assert booth.shown.view == View()


def test_the_outcome_of_a_vote_is_still_spoken_when_the_booth_stops(polling: Polling, booth: Booth) -> None:
    booth.voice_on()
    _read(booth)
    aside = polling.base / "saku"
    polling.second.rename(aside)
    booth.slip_right()
    assert isinstance(booth.state, Halted) and booth.state.recorded is True
    assert booth.shown.view.voice
    aside.rename(polling.second)
    booth.resume()
    assert isinstance(booth.state, Idle) and not booth.shown.view.voice


def test_the_reminder_is_no_reason_to_forget_a_choice(polling: Polling, booth: Booth) -> None:
    booth.scan(village().tokens[0].text)
    _wait(polling, booth, 130)
    assert booth.shown.view.calling and isinstance(booth.state, Choosing)
    booth.dismiss()
    booth.choose(1)
    assert booth.state == Confirming(1)
