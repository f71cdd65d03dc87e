"""The voter's screens: which page a state has and with what in it, and what each of its buttons does."""

from __future__ import annotations

from collections.abc import Callable

from epilwu.booth import fit, languages, messages
from epilwu.booth.booth import Booth
from epilwu.booth.errors import NotNow
from epilwu.booth.languages import Language
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
from epilwu.booth.view import SIZES, Shown
from epilwu.protocol.credential import BASE58, GROUPS

_PAGES: dict[type[State], str] = {
    Idle: "idle", Typing: "typing", Refused: "refused", ChoosingLanguage: "language", Choosing: "choose",
    Confirming: "confirm", Printing: "printing", PrintTrouble: "print_trouble", Reading: "read", SlipVoided: "voided",
    Done: "done", Halted: "halted", Closed: "closed",
}  # fmt: skip
_TYPED_INSTEAD = (Refusal.MALFORMED,)
"""A card that was refused for this may be good all the same: its code can be typed."""


class VoterPages:
    """The pages of one booth. Raises what ``languages.switched_on`` raises."""

    def __init__(self, booth: Booth) -> None:
        settings = booth.settings
        self._booth = booth
        self._languages = languages.switched_on(
            settings.languages, rehearsal=booth.setup.definition.rehearsal, unchecked=settings.unchecked_languages
        )

    def page(self, shown: Shown) -> tuple[str, dict[str, object]]:
        """The name of the screen's template, and what only this screen needs."""
        if shown.view.reminding:
            return "remind", {}
        return _PAGES[type(shown.state)], self._context(shown)

    def common(self, shown: Shown) -> dict[str, object]:
        """What every screen needs: ``w``, the words, and ``lang``, the language that it says to be in."""
        return {
            "w": self._words(shown),
            "lang": shown.view.language,
            "languages": self._languages,
            "sizes": SIZES,
        }

    def _words(self, shown: Shown) -> Language:
        return languages.load(shown.view.language)

    def _context(self, shown: Shown) -> dict[str, object]:
        match shown.state:
            case Choosing() | Confirming():
                return self._candidates(shown)
            case Refused() | PrintTrouble() | Halted():
                return self._told(shown)
            case Typing(text):
                return {"typed": text.replace("-", ""), "groups": GROUPS, "keys": _keys()}
            case Done():
                return {"tracker": self._booth.settings.tracker_slips}
        return {}

    def _candidates(self, shown: Shown) -> dict[str, object]:
        setup, size = self._booth.setup, shown.view.size
        if isinstance(shown.state, Confirming):
            name = setup.name_of(shown.state.choice)
            layout = fit.chosen(name or self._words(shown)("choose.blank"), size=size)
            return {"choice": shown.state.choice, "name": name, "layout": layout}
        names = [candidate.name for candidate in setup.definition.candidates]
        return {"layout": fit.cards(names, blank=setup.definition.blank, size=size)}

    def _told(self, shown: Shown) -> dict[str, object]:
        words = self._words(shown)
        match shown.state:
            case Refused() as state:
                typed = bool(state.typed) or state.refusal in _TYPED_INSTEAD
                return {"message": messages.refusal(state, words), "type_again": typed, "mend": bool(state.typed)}
            case PrintTrouble() as state:
                return {"message": messages.print_trouble(state, words), "ready": state.ready}
            case Halted() as state:
                restart = state.cause is Cause.RESTART
                detail = state.detail if state.recorded is None else ""  # for officers, whose page says it too
                return {"message": messages.halted(state, words), "detail": detail, "restart": restart}
        raise AssertionError("no such screen")


def _keys() -> dict[str, str]:
    """The keys of a code: figures, capitals, small letters; none that is easily taken for another."""
    return {
        "figures": "".join(sign for sign in BASE58 if sign.isdecimal()),
        "capitals": "".join(sign for sign in BASE58 if sign.isupper()),
        "small": "".join(sign for sign in BASE58 if sign.islower()),
    }


def voter_act(booth: Booth, act: str, code: str) -> Callable[[str], None]:
    """The booth's act behind a button; ``NotNow`` for one that there is none of. ``code``: what was typed."""
    name, _, value = act.partition("-")
    if name == "pilih" and value.isascii() and value.isdecimal() and len(value) <= 2:
        return lambda turn: booth.choose(int(value), turn)
    if name == "bahasa" and value:
        return lambda turn: booth.choose_language(value, turn)
    acts: dict[str, Callable[[str], None]] = {
        "ketik": booth.type_card,
        "kirim": lambda turn: booth.typed(code, turn),
        "bahasa": booth.ask_language,
        "ulangi": booth.redo,
        "cetak": booth.confirm,
        "benar": booth.slip_right,
        "salah": booth.slip_wrong,
        "tidak-keluar": booth.slip_missing,
        "lagi": booth.again,
        "selesai": booth.finish,
        "panggil": booth.call,
        "kembali": booth.dismiss,
        "besar": booth.enlarge,
        "kontras": booth.contrast,
        "suara": booth.voice,
        "suara-nyala": booth.voice_on,
        "di-sini": booth.stir,
    }
    if act not in acts:
        raise NotNow("Tombol tidak dikenal.")
    return acts[act]
