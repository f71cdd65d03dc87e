"""The booth: the session's machine joined to both media, the printer and the keys.

Every public act is atomic under one lock. Here are the voter's acts; ``officer_acts`` holds the officers', ``watch``
what time and devices do, ``core`` what all stand on. The vote is in memory alone, from the voter's touch until the
ballot is encrypted.
"""

from __future__ import annotations

from dataclasses import replace

from epilwu.booth.devices.errors import PrinterFault, PrinterState
from epilwu.booth.devices.printer import Printed
from epilwu.booth.errors import NotNow
from epilwu.booth.officer_acts import OfficerActs
from epilwu.booth.states import (
    NO_SLIP,
    Again,
    AskLanguage,
    Chosen,
    Confirmed,
    LanguageChosen,
    PrinterFailed,
    Printing,
    Redo,
    Refusal,
    SlipOut,
    SlipRight,
    SlipWrong,
    TakesCard,
    TokenAccepted,
    TokenRefused,
    TypeCard,
    Typing,
)
from epilwu.booth.view import SIZES, Shown, View
from epilwu.booth.watch import Watch
from epilwu.protocol.credential import Credential, grouped
from epilwu.receipt.errors import ReceiptError
from epilwu.receipt.slip import new_nonce

__all__ = ["Booth", "Shown", "View"]

_MAY_BE_MISTYPED = (Refusal.MALFORMED, Refusal.OTHER_ELECTION)
"""What one wrong letter makes of a good card. A card that is good elsewhere, or used, is not shown again."""


class Booth(OfficerActs, Watch):
    """One opened booth. Made by ``opening``."""

    # What voters do. ``turn``, where given, must be that of the screen shown now, else ``NotNow``.

    def scan(self, text: str) -> None:
        """A card was scanned. Starts a session, or shows why not; the token is kept nowhere."""
        self._card(text, typed=False)

    def type_card(self, turn: str | None = None) -> None:
        """The voter wants to type the card's code."""
        self._act(TypeCard(), turn)

    def typed(self, text: str, turn: str | None = None) -> None:
        """The code was typed, with or without the card's hyphens. One that this booth does not know may be mended."""
        with self.lock:
            self._check_turn(turn)
            if not isinstance(self.state, Typing):
                raise NotNow("Kode hanya diketik pada layarnya sendiri.")
            self._card(grouped(text), typed=True)

    def stir(self, turn: str | None = None) -> None:
        """The voter is busy on a screen that sends nothing yet: time begins anew."""
        self._adjust(turn, self._shown.view)

    def choose_language(self, language: str, turn: str | None = None) -> None:
        """A language was touched; ``NotNow`` for one that is not on."""
        with self.lock:
            self._check_turn(turn)
            if language not in self.settings.languages:
                raise NotNow("Bahasa ini tidak disediakan.")
            self._handle(LanguageChosen(), replace(self._shown.view, language=language))

    def ask_language(self, turn: str | None = None) -> None:
        """Back to the languages."""
        self._act(AskLanguage(), turn)

    def choose(self, choice: int, turn: str | None = None) -> None:
        """A candidate (ballot number) or the blank choice (0) was touched."""
        self._act(Chosen(choice), turn)

    def redo(self, turn: str | None = None) -> None:
        """Back to the candidates."""
        self._act(Redo(), turn)

    def confirm(self, turn: str | None = None) -> None:
        """ "Ya, cetak struk": the slip becomes pending; ``print_slip`` must follow."""
        self._act(Confirmed(new_nonce()), turn)

    def print_slip(self) -> None:
        """Print the pending slip and wait for it: some seconds at a real printer. A fault makes it void."""
        with self.lock:
            state = self.state
            if not isinstance(state, Printing):
                raise NotNow("Tidak ada struk yang menunggu dicetak.")
            try:
                data = self._slip(state)
                self._hook("print:begin")
                self._roll.used(self._slip_dots)
                printed = self.printer.print(data)
                self._hook("print:end")
            except PrinterFault as fault:
                self._handle(PrinterFailed(fault.state.value))
            except ReceiptError:  # opening tried every slip, so this is a fault of the machine
                self._handle(PrinterFailed(PrinterState.ERROR.value))
            else:
                self._handle(SlipOut(sure=printed is Printed.CONFIRMED))

    def slip_right(self, turn: str | None = None) -> None:
        """The voter has read the slip and sends the vote: on return it is recorded, or the screen says that not."""
        self._act(SlipRight(), turn)

    def slip_missing(self, turn: str | None = None) -> None:
        """No slip came out of a printer that does not say whether one did: void, and to be printed anew."""
        self._act(PrinterFailed(NO_SLIP), turn)

    def slip_wrong(self, turn: str | None = None) -> None:
        """The voter says that the slip is wrong."""
        with self.lock:
            self._act(SlipWrong(self._clerk.wrong_slips), turn)

    def again(self, turn: str | None = None) -> None:
        """The voter goes on after a wrong slip."""
        self._act(Again(), turn)

    def enlarge(self, turn: str | None = None) -> None:
        """The next size of letters for this voter; after the largest, the usual one again."""
        self._adjust(turn, replace(self._shown.view, size=(self._shown.view.size + 1) % SIZES))

    def contrast(self, turn: str | None = None) -> None:
        """White on black for this voter, or the usual colours again."""
        self._adjust(turn, replace(self._shown.view, contrast=not self._shown.view.contrast))

    def voice(self, turn: str | None = None) -> None:
        """The spoken guide on for this voter, or off again."""
        self._speak(turn, on=not self._shown.view.voice)

    def voice_on(self, turn: str | None = None) -> None:
        """The spoken guide on, if it is not: what any key of the keypad does first."""
        self._speak(turn, on=True)

    def _speak(self, turn: str | None, *, on: bool) -> None:
        if not self.settings.spoken:
            raise NotNow("Bilik ini tidak bersuara.")
        self._adjust(turn, replace(self._shown.view, voice=on))

    def _card(self, text: str, *, typed: bool) -> None:
        with self.lock:
            if not isinstance(self.state, TakesCard):
                raise NotNow("Kartu hanya dipindai pada layar awal.")
            found = self.setup.classify(text)
            if isinstance(found, Credential) and self.ledger.store.spent(found.public_hex):
                found = Refusal.USED
            if isinstance(found, Refusal):
                mended = typed and found in _MAY_BE_MISTYPED
                self._handle(TokenRefused(found, text if mended else ""))
            elif self._devices_well():
                self._clerk.admit(found)
                self._handle(TokenAccepted())
