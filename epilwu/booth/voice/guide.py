"""What the spoken guide says on a screen, and what each key of the numeric keypad does there.

Keys: a digit chooses, Enter goes on, Backspace goes back. Beyond the candidates' numbers, 6 enlarges, 7 changes
colours, 8 says everything again, 9 calls officers; where an election has so many candidates that a number reaches one
of these, the number is the candidate's. A key does what a button of the same screen does, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from epilwu.booth.setup import Settings
from epilwu.booth.states import (
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
    Refused,
    SlipVoided,
    State,
    Typing,
    VoterPresent,
)
from epilwu.booth.view import Shown
from epilwu.booth.voice import VoiceSet
from epilwu.election.definition import Definition

ENTER = "enter"
BACK = "back"
ANY = "any"
TURN_ON = "suara-nyala"
AGAIN = "di-sini"
"""Say it again, or still here: nothing changes but the time that has passed."""
SERVICES = {"6": "besar", "7": "kontras", "8": AGAIN, "9": "panggil"}
HIGHEST_DIGIT = 9
_OUTCOMES: dict[bool | None, tuple[str, ...]] = {None: (), True: ("recorded",), False: ("not-recorded",)}
_ALONE: dict[type[State], tuple[str, ...]] = {
    Typing: ("go-back",),
    Printing: ("printing",),
    SlipVoided: ("voided",),
    Closed: ("closed",),
}
_ANSWERS: dict[type[State], dict[str, str]] = {
    Typing: {BACK: "selesai"},
    Refused: {ENTER: "selesai", BACK: "selesai"},
    Confirming: {ENTER: "cetak", BACK: "ulangi"},
    Reading: {ENTER: "benar", BACK: "salah"},
    SlipVoided: {ENTER: "lagi"},
}

Clip = tuple[str, str]
Clips = tuple[Clip, ...]
Keys = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Guide:
    """``plays``: language and clip in the order in which they are heard. ``fetches``: what the page asks for, which is
    the same whatever was chosen. ``keys``: the act behind each key.
    """

    plays: Clips
    fetches: Clips
    keys: Keys

    @property
    def offered(self) -> bool:
        """Whether this screen's voice can be turned on or off."""
        return bool(self.fetches) or ANY in self.keys


class Guides:
    """The guide of one booth."""

    def __init__(self, voices: VoiceSet, definition: Definition, settings: Settings) -> None:
        self._voices = voices
        self._definition = definition
        self._settings = settings

    def of(self, shown: Shown) -> Guide:
        """The guide of the screen ``shown``; without the voice nothing is said or fetched, and any key turns it on.

        A booth without a guide has no keys either: who cannot hear what they do must not press them.
        """
        if not self._settings.spoken:
            return Guide((), (), {})
        if not shown.view.voice:
            return Guide((), (), {ANY: TURN_ON})
        plays = self._plays(shown)
        tells = isinstance(shown.state, Confirming) and not (shown.view.calling or shown.view.reminding)
        fetches = self._all_choices(shown) if tells else plays
        fetches += (self._clip(shown, "wrong-key"),)
        return Guide(plays, tuple(dict.fromkeys(fetches)), self._keys(shown))

    def _plays(self, shown: Shown) -> Clips:
        state, view = shown.state, shown.view
        if view.calling and not isinstance(state, Closed | Printing):
            present = ("not-sent",) if isinstance(state, VoterPresent) else ()
            return self._clips(shown, "calling", *present, "go-back")
        if view.reminding:
            return self._clips(shown, "remind")
        match state:
            case ChoosingLanguage():
                return (self._clip(shown, "languages"), *self._languages())
            case Choosing():
                return self._candidates(shown)
            case Confirming(choice):
                return self._chosen(shown, choice)
        return self._clips(shown, *self._sentences(shown))

    def _sentences(self, shown: Shown) -> Sequence[str]:
        """The clips of a screen that is the same for all candidates and languages."""
        said = _ALONE.get(type(shown.state), ())
        match shown.state:
            case Idle():
                said = (*self._marked(), "welcome", *(() if shown.view.scanner else ("no-scanner",)), "help")
            case Refused(refusal):
                said = (f"refused-{refusal.value}", "start-over")
            case PrintTrouble(ready=ready):
                said = ("print-ready",) if ready else ("print-trouble",)
            case Reading(sure=sure):
                said = ("read", "read-companion", "read-keys", *(() if sure else ("read-missing",)), "help")
            case Done():
                said = ("done", *(("tracker",) if self._settings.tracker_slips else ()))
            case Halted(recorded=recorded):
                said = (*_OUTCOMES[recorded], "halted")
        return said

    def _marked(self) -> tuple[str, ...]:
        """What stands on every screen of a rehearsal is said where a session begins."""
        return ("rehearsal",) if self._definition.rehearsal else ()

    def _languages(self) -> Clips:
        """Each language in its own voice; one without a voice is not offered by another's."""
        numbered = enumerate(self._settings.languages[:HIGHEST_DIGIT], 1)
        spoken = [(number, language) for number, language in numbered if self._voices.get(language, "language")]
        return tuple(
            clip
            for number, language in spoken
            for clip in (self._voices.find(language, f"press-{number}"), (language, "language"))
        )

    def _candidates(self, shown: Shown) -> Clips:
        listed: list[Clip] = []
        for candidate in self._definition.candidates:
            if candidate.ballot_number <= HIGHEST_DIGIT:
                listed.append(self._clip(shown, f"press-{candidate.ballot_number}"))
                listed.append(self._voices.candidate(shown.view.language, candidate.ballot_number))
        if self._definition.blank:
            listed += self._clips(shown, "press-0", "blank")
        return (*self._clips(shown, *self._marked(), "choose"), *listed, *self._clips(shown, "help"))

    def _chosen(self, shown: Shown, choice: int) -> Clips:
        """The number by the shipped voice, and then by the candidate's own recording: two that must agree."""
        if not choice:
            return self._clips(shown, "chosen", "blank", "sure")
        number = self._clip(shown, f"number-{choice}")
        own = self._voices.candidate(shown.view.language, choice)
        name = () if own == number else (own,)
        return (self._clip(shown, "chosen"), number, *name, self._clip(shown, "sure"))

    def _all_choices(self, shown: Shown) -> Clips:
        choices = [*(candidate.ballot_number for candidate in self._definition.candidates), 0]
        return tuple(clip for choice in choices for clip in self._chosen(shown, choice))

    def _keys(self, shown: Shown) -> Keys:
        state, view = shown.state, shown.view
        if view.calling and not isinstance(state, Closed | Printing):
            return {BACK: "kembali", "8": AGAIN}
        if view.reminding:
            return {ENTER: AGAIN, "8": AGAIN, "9": "panggil"}
        if isinstance(state, Printing | Done | Closed):
            return {}
        return {**SERVICES, **self._answers(state)}

    def _answers(self, state: State) -> dict[str, str]:
        match state:
            case ChoosingLanguage():
                listed = enumerate(self._settings.languages[:HIGHEST_DIGIT], 1)
                return {str(number): f"bahasa-{language}" for number, language in listed}
            case Choosing():
                numbers = [candidate.ballot_number for candidate in self._definition.candidates]
                numbers += [0] if self._definition.blank else []
                back = {BACK: "bahasa"} if len(self._settings.languages) > 1 else {}
                return back | {str(number): f"pilih-{number}" for number in numbers if number <= HIGHEST_DIGIT}
            case PrintTrouble(ready=True):
                return {ENTER: "cetak"}
            case Reading(sure=False):
                return {ENTER: "benar", BACK: "salah", "0": "tidak-keluar"}
        return _ANSWERS.get(type(state), {})

    def _clips(self, shown: Shown, *clips: str) -> Clips:
        return tuple(self._clip(shown, clip) for clip in clips)

    def _clip(self, shown: Shown, clip: str) -> Clip:
        return self._voices.find(shown.view.language, clip)
