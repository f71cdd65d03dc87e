"""What the guide says on each screen and what each key does there, without a browser."""

from __future__ import annotations

from dataclasses import replace

import pytest
from booth_samples import make_village, village

from epilwu.booth import voice
from epilwu.booth.setup import BoothSetup, Settings
from epilwu.booth.states import (
    Cause,
    Choosing,
    ChoosingLanguage,
    Closed,
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
    State,
    Typing,
)
from epilwu.booth.view import Shown, View
from epilwu.booth.voice.guide import Guide, Guides
from epilwu.media.sound import inspect

ON = View(voice=True)
NONCE = bytes(16)
STATES: list[State] = [
    Idle(), Typing(), ChoosingLanguage(), Choosing(), Confirming(1), Printing(1, NONCE), PrintTrouble(1, "paper-out"),
    PrintTrouble(1, "paper-out", ready=True), Reading(1, NONCE),
    Reading(1, NONCE, sure=False), SlipVoided(), Done(), Closed(),
    *(Refused(reason) for reason in Refusal), *(Halted(cause, told) for cause in Cause for told in (None, True, False)),
]  # fmt: skip


def _setup(voices: dict[str, bytes] | None = None, **changes: object) -> BoothSetup:
    setup = village().setup
    return replace(
        setup,
        package=replace(setup.package, voices=voices or {}),
        definition=replace(setup.definition, **changes),  # type: ignore[arg-type]
    )


def _guide(state: State, view: View = ON, *, setup: BoothSetup | None = None, **settings: object) -> Guide:
    setup = setup or _setup()
    guides = Guides(voice.load(setup), setup.definition, Settings(**settings))  # type: ignore[arg-type]
    return guides.of(Shown(state, "turn", view))


def _said(guide: Guide) -> list[str]:
    return [clip if language == "id" else f"{language}/{clip}" for language, clip in guide.plays]


@pytest.mark.parametrize("state", STATES, ids=repr)
@pytest.mark.parametrize("language", ["id", "en", "su", "jv-x-cirebon"])
def test_every_screen_has_something_to_say_in_every_language(state: State, language: str) -> None:
    voices = voice.load(_setup())
    settings = Settings(languages=("id", "en", "su"), tracker_slips=True)
    guides = Guides(voices, _setup().definition, settings)
    for calling, reminding in ((False, False), (True, False), (False, True)):
        view = replace(ON, language=language, calling=calling, reminding=reminding)
        guide = guides.of(Shown(state, "turn", view))
        assert guide.plays
        assert set(guide.plays) <= set(guide.fetches)
        assert guide.fetches[-1][1] == "wrong-key" and len(set(guide.fetches)) == len(guide.fetches)
        assert all(voices.get(*clip) is not None for clip in guide.fetches)


@pytest.mark.parametrize("state", STATES, ids=repr)
def test_with_the_voice_off_nothing_is_fetched_and_any_key_turns_it_on(state: State) -> None:
    guide = _guide(state, View())
    assert guide == Guide((), (), {"any": "suara-nyala"})


@pytest.mark.parametrize("view", [View(), ON])
def test_a_booth_without_a_guide_says_nothing_and_has_no_keys(view: View) -> None:
    for state in STATES:
        guide = _guide(state, view, spoken=False)
        assert guide == Guide((), (), {}) and not guide.offered
        assert _guide(state, view).offered


def test_candidates_are_spoken_in_the_order_of_their_numbers_and_none_is_left_out() -> None:
    assert _said(_guide(Choosing())) == [
        "choose", "press-1", "number-1", "press-2", "number-2", "press-3", "number-3", "press-4", "number-4", "press-5",
        "number-5", "press-0", "blank", "help",
    ]  # fmt: skip
    keys = _guide(Choosing()).keys
    assert {key: act for key, act in keys.items() if act.startswith("pilih")} == {
        **{str(number): f"pilih-{number}" for number in range(6)}
    }
    assert (keys["6"], keys["7"], keys["8"], keys["9"]) == ("besar", "kontras", "di-sini", "panggil")


def test_without_a_blank_choice_nought_is_no_key() -> None:
    guide = _guide(Choosing(), setup=_setup(blank=False))
    assert "0" not in guide.keys and "blank" not in _said(guide)


def test_where_numbers_reach_the_other_keys_they_are_the_candidates() -> None:
    candidates = village().setup.definition.candidates
    more = tuple(replace(candidates[0], ballot_number=number) for number in range(1, 11))
    setup = _setup(candidates=more)
    keys = _guide(Choosing(), setup=setup).keys
    assert [keys[str(number)] for number in range(10)] == [f"pilih-{number}" for number in range(10)]


def test_a_choice_is_confirmed_by_its_number_and_then_by_its_own_recording() -> None:
    own = voice.shipped()[next(name for name in voice.shipped() if name.clip == "number-3" and name.language == "id")]
    setup = _setup({"id.candidate-3.opus": own})
    assert _said(_guide(Confirming(3), setup=setup)) == ["chosen", "number-3", "candidate-3", "sure"]
    assert _said(_guide(Confirming(2), setup=setup)) == ["chosen", "number-2", "sure"]
    assert _said(_guide(Confirming(0), setup=setup)) == ["chosen", "blank", "sure"]
    english = _guide(Confirming(3), replace(ON, language="en"), setup=setup)
    assert _said(english) == ["en/chosen", "en/number-3", "candidate-3", "en/sure"]  # the name is the same name


def test_what_is_fetched_does_not_tell_the_choice() -> None:
    assert len({_guide(Confirming(choice)).fetches for choice in range(6)}) == 1
    assert len({tuple(_guide(Confirming(choice)).keys.items()) for choice in range(6)}) == 1
    for state in (Printing, Reading):
        assert len({_guide(state(choice, NONCE)).fetches for choice in range(6)}) == 1


def test_a_committee_s_recording_stands_before_the_shipped_one_and_changes_the_hash() -> None:
    own = voice.shipped()[next(name for name in voice.shipped() if name.clip == "done" and name.language == "id")]
    usual, changed = voice.load(_setup()), voice.load(_setup({"id.welcome.opus": own}))
    recording = changed.get("id", "welcome")
    assert recording is not None and recording.data == own
    assert usual.fingerprint != changed.fingerprint == voice.voice_fingerprint(_setup({"id.welcome.opus": own}))


def test_each_language_offers_itself_in_its_own_voice() -> None:
    guide = _guide(ChoosingLanguage(), languages=("id", "su", "en"))
    assert _said(guide) == ["languages", "press-1", "language", "en/press-3", "en/language"]
    assert {guide.keys[str(number)] for number in (1, 2, 3)} == {"bahasa-id", "bahasa-su", "bahasa-en"}


def test_back_leads_from_the_candidates_to_the_languages_where_there_are_several() -> None:
    assert _guide(Choosing(), languages=("id", "en")).keys["back"] == "bahasa"
    assert "back" not in _guide(Choosing()).keys


def test_an_answer_to_the_reminder_never_answers_the_screen_beneath() -> None:
    for state in (Reading(1, NONCE), Confirming(1), Choosing(), SlipVoided()):
        guide = _guide(state, replace(ON, reminding=True))
        assert guide.keys == {"enter": "di-sini", "8": "di-sini", "9": "panggil"}
        assert _said(guide) == ["remind"]


def test_whoever_calls_officers_hears_that_nothing_is_sent() -> None:
    calling = replace(ON, calling=True)
    assert _said(_guide(Reading(1, NONCE), calling)) == ["calling", "not-sent", "go-back"]
    assert _said(_guide(Idle(), calling)) == ["calling", "go-back"]
    assert _guide(Idle(), calling).keys["back"] == "kembali"


def test_no_key_casts_but_enter_where_the_slip_was_asked_about() -> None:
    casting = [
        (state, key)
        for state in STATES
        for key, act in _guide(state, tracker_slips=True).keys.items()
        if act == "benar"
    ]
    assert casting == [(Reading(1, NONCE), "enter"), (Reading(1, NONCE, sure=False), "enter")]


def test_where_only_the_voter_can_tell_whether_a_slip_came_the_guide_asks() -> None:
    unsure, sure = _guide(Reading(1, NONCE, sure=False)), _guide(Reading(1, NONCE))
    assert "read-missing" in _said(unsure) and unsure.keys["0"] == "tidak-keluar"
    assert "read-missing" not in _said(sure) and "0" not in sure.keys


def test_a_rehearsal_says_so() -> None:
    setup = make_village(candidates=2, rehearsal=True, tokens=1).setup
    for state in (Idle(), Choosing()):
        assert _said(_guide(state, setup=setup))[0] == "rehearsal"


@pytest.mark.parametrize("language", voice.SHIPPED)
def test_screens_that_leave_by_themselves_are_heard_to_their_end(language: str) -> None:
    settings = Settings(tracker_slips=True)
    voices = voice.load(_setup(rehearsal=True))
    guides = Guides(voices, _setup(rehearsal=True).definition, settings)

    def seconds(state: State) -> float:
        plays = guides.of(Shown(state, "turn", replace(ON, language=language))).plays
        recordings = [voices.get(*clip) for clip in plays]
        return sum(inspect(recording.data).seconds for recording in recordings if recording is not None)

    assert seconds(Done()) + 1 < settings.done_seconds * settings.listening
    for reason in Refusal:
        assert seconds(Refused(reason)) + 1 < settings.refused_seconds * settings.listening
    assert seconds(Choosing()) + 10 < settings.remind_seconds * settings.listening
