"""The machine alone: what each event may do in each state."""

from __future__ import annotations

from itertools import product

import pytest

from epilwu.booth.errors import NotNow
from epilwu.booth.session import WRONG_SLIPS_STOP, Choices, Transition, step
from epilwu.booth.states import (
    Again,
    AskLanguage,
    CastVote,
    Cause,
    Choosing,
    ChoosingLanguage,
    Chosen,
    Closed,
    Confirmed,
    Confirming,
    Done,
    Ended,
    Event,
    Failed,
    ForgetVoter,
    Halted,
    Idle,
    KeepPending,
    LanguageChosen,
    Paused,
    PrinterBack,
    PrinterFailed,
    Printing,
    PrintTrouble,
    Reading,
    Redo,
    Refusal,
    Refused,
    Resumed,
    Shut,
    SlipOut,
    SlipRight,
    SlipVoided,
    SlipWrong,
    State,
    TimeUp,
    TokenAccepted,
    TokenRefused,
    TypeCard,
    Typing,
    VoidPending,
    VoterPresent,
)  # fmt: skip
from epilwu.trust.journal import PauseReason, VoidReason

NONCE, OTHER = b"n" * 16, b"m" * 16
CHOICES = Choices(candidates=5, blank=True)
STATES: list[State] = [
    Idle(), Typing(), Typing("x"), Refused(Refusal.USED), Refused(Refusal.MALFORMED, "x"), ChoosingLanguage(),
    Choosing(), Confirming(3), Printing(3, NONCE), PrintTrouble(3, "paper-out"),
    PrintTrouble(3, "paper-out", ready=True), Reading(3, NONCE), SlipVoided(), Done(), Closed(),
    *(Halted(cause, recorded) for cause in Cause for recorded in (None, True, False)),
]  # fmt: skip
EVENTS: list[Event] = [
    TokenAccepted(), TokenRefused(Refusal.USED), TypeCard(), LanguageChosen(), AskLanguage(), Chosen(0), Chosen(1),
    Chosen(5), Chosen(6), Chosen(-1), Redo(), Confirmed(OTHER), SlipOut(), PrinterFailed("silent"), PrinterBack(),
    SlipRight(), SlipWrong(0), SlipWrong(2),
    Again(), TimeUp(), Ended(), Paused(), Resumed(), Failed(Cause.DISK, False, ""), Shut(),
]  # fmt: skip


def _try(state: State, event: Event) -> Transition | None:
    try:
        return step(state, event, CHOICES)
    except NotNow:
        return None


def _all() -> list[tuple[State, Event, Transition]]:
    found = ((state, event, _try(state, event)) for state, event in product(STATES, EVENTS))
    return [(state, event, transition) for state, event, transition in found if transition is not None]


def test_a_vote_is_cast_only_where_a_reader_finds_the_slip_right() -> None:
    casting = [(s, e) for s, e, t in _all() if any(isinstance(effect, CastVote) for effect in t.effects)]
    assert casting == [(Reading(3, NONCE), SlipRight())]
    transition = step(Reading(3, NONCE), SlipRight(), CHOICES)
    assert transition == Transition(Done(), (CastVote(3, NONCE), ForgetVoter()))


def test_done_is_reached_by_casting_alone() -> None:
    for state, event, transition in _all():
        if isinstance(transition.state, Done) and not isinstance(state, Done):
            assert (state, event) == (Reading(3, NONCE), SlipRight())


def test_a_slip_leaves_the_machine_only_as_cast_or_void() -> None:
    for state, event, transition in _all():
        if not isinstance(state, Printing | Reading) or isinstance(event, SlipOut | Failed):
            continue  # after a failed write the service makes what is pending void
        settled = [effect for effect in transition.effects if isinstance(effect, CastVote | VoidPending)]
        assert len(settled) == 1, (state, event)


def test_every_printing_has_its_own_pending_nonce() -> None:
    for state, event, transition in _all():
        if isinstance(transition.state, Printing):
            assert isinstance(event, Confirmed) and transition.state.nonce == event.nonce
            assert transition.effects == (KeepPending(event.nonce),)
            assert isinstance(state, Confirming | PrintTrouble)


def test_time_only_leaves_screens_that_inform() -> None:
    assert {type(s) for s, e, _ in _all() if isinstance(e, TimeUp)} == {Typing, Refused, Done}


def test_a_voter_who_is_gone_is_forgotten() -> None:
    for state, event, transition in _all():
        if isinstance(state, VoterPresent) and not isinstance(transition.state, VoterPresent):
            assert any(isinstance(effect, ForgetVoter) for effect in transition.effects), (state, event)


def test_nothing_leads_out_of_closed_or_of_disagreeing_media_but_closing() -> None:
    assert [e for s, e, _ in _all() if isinstance(s, Closed)] == []
    halted = Halted(Cause.MEDIA_DISAGREE, None)
    assert _try(halted, Resumed()) is None and _try(halted, PrinterBack()) is None


@pytest.mark.parametrize("choice", [0, 6, -1, 10])
def test_only_what_stands_on_the_ballot_can_be_chosen(choice: int) -> None:
    with pytest.raises(NotNow):
        step(Choosing(), Chosen(choice), Choices(candidates=5, blank=False))


def test_the_third_wrong_slip_stops_the_booth() -> None:
    reading = Reading(3, NONCE)
    for before in range(WRONG_SLIPS_STOP - 1):
        assert step(reading, SlipWrong(before), CHOICES) == Transition(SlipVoided(), (VoidPending(VoidReason.VOTER),))
    stopped = step(reading, SlipWrong(WRONG_SLIPS_STOP - 1), CHOICES)
    assert stopped.state == Halted(Cause.WRONG_SLIPS, recorded=False)
    assert stopped.effects[0] == VoidPending(VoidReason.VOTER, PauseReason.WRONG_SLIPS)


def test_a_fault_while_printing_makes_the_slip_void_and_asks_for_a_new_nonce() -> None:
    trouble = step(Printing(3, NONCE), PrinterFailed("paper-out"), CHOICES)
    assert trouble.state == PrintTrouble(3, "paper-out")
    assert VoidPending(VoidReason.PRINTER) in trouble.effects
    with pytest.raises(NotNow):
        step(trouble.state, Confirmed(OTHER), CHOICES)
    ready = step(trouble.state, PrinterBack(), CHOICES).state
    assert step(ready, Confirmed(OTHER), CHOICES).state == Printing(3, OTHER)


def test_no_repr_carries_a_vote() -> None:
    for value in (
        Confirming(3),
        Printing(3, NONCE),
        Reading(3, NONCE),
        PrintTrouble(3, "x"),
        Chosen(3),
        CastVote(3, NONCE),
    ):
        assert "3" not in repr(value) and "nnn" not in repr(value)


def test_a_language_is_asked_for_only_where_there_is_more_than_one() -> None:
    two = Choices(candidates=5, blank=True, languages=2)
    for state in (Idle(), Typing(), Refused(Refusal.USED)):
        assert step(state, TokenAccepted(), CHOICES).state == Choosing()
        assert step(state, TokenAccepted(), two).state == ChoosingLanguage()
    assert step(ChoosingLanguage(), LanguageChosen(), two).state == Choosing()
    assert step(Choosing(), AskLanguage(), two).state == ChoosingLanguage()
    with pytest.raises(NotNow):
        step(Choosing(), AskLanguage(), CHOICES)


def test_what_was_typed_can_be_mended_and_is_in_no_repr() -> None:
    refused = step(Typing(), TokenRefused(Refusal.MALFORMED, "5KQ"), CHOICES).state
    assert refused == Refused(Refusal.MALFORMED, "5KQ")
    assert step(refused, TypeCard(), CHOICES).state == Typing("5KQ")
    assert step(Refused(Refusal.USED), TypeCard(), CHOICES).state == Typing()
    assert "5KQ" not in repr((refused, Typing("5KQ"), TokenRefused(Refusal.MALFORMED, "5KQ")))
