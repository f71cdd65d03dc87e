"""The booth: the session's machine joined to both media, the printer and the keys.

Every public act is atomic under one lock. Here are the voter's acts; ``officer_acts`` holds the officers', ``watch``
what time and devices do, ``core`` what all stand on. The vote is in memory alone, from the voter's touch until the
ballot is encrypted.
"""

from __future__ import annotations

from dataclasses import replace

from epilwu.booth.devices.errors import PrinterFault, PrinterState
from epilwu.booth.errors import NotNow
from epilwu.booth.officer_acts import OfficerActs
from epilwu.booth.states import (
    Again,
    Chosen,
    Confirmed,
    Idle,
    PrinterFailed,
    Printing,
    Redo,
    Refusal,
    Refused,
    SlipOut,
    SlipRight,
    SlipWrong,
    TokenAccepted,
    TokenRefused,
)
from epilwu.booth.view import Shown, View
from epilwu.booth.watch import Watch
from epilwu.protocol.credential import Credential
from epilwu.receipt.errors import ReceiptError
from epilwu.receipt.slip import new_nonce

__all__ = ["Booth", "Shown", "View"]


class Booth(OfficerActs, Watch):
    """One opened booth. Made by ``opening``."""

    # What voters do. ``turn``, where given, must be that of the screen shown now, else ``NotNow``.

    def scan(self, text: str) -> None:
        """A card was scanned or typed in. Starts a session, or shows why not; the token is kept nowhere."""
        with self.lock:
            if not isinstance(self.state, Idle | Refused):
                raise NotNow("Kartu hanya dipindai pada layar awal.")
            found = self.setup.classify(text)
            if isinstance(found, Credential) and self.ledger.store.spent(found.public_hex):
                found = Refusal.USED
            if isinstance(found, Refusal):
                self._handle(TokenRefused(found))
            elif self._devices_well():
                self._clerk.admit(found)
                self._handle(TokenAccepted())

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
                self.printer.print(data)
                self._hook("print:end")
            except PrinterFault as fault:
                self._handle(PrinterFailed(fault.state.value))
            except ReceiptError:  # opening tried every slip, so this is a fault of the machine
                self._handle(PrinterFailed(PrinterState.ERROR.value))
            else:
                self._handle(SlipOut())

    def slip_right(self, turn: str | None = None) -> None:
        """The voter has read the slip and sends the vote: on return it is recorded, or the screen says that not."""
        self._act(SlipRight(), turn)

    def slip_wrong(self, turn: str | None = None) -> None:
        """The voter says that the slip is wrong."""
        with self.lock:
            self._act(SlipWrong(self._clerk.wrong_slips), turn)

    def again(self, turn: str | None = None) -> None:
        """The voter goes on after a wrong slip."""
        self._act(Again(), turn)

    def enlarge(self, turn: str | None = None) -> None:
        """Larger letters for this voter, or the usual ones again."""
        self._adjust(turn, replace(self._shown.view, large=not self._shown.view.large))

    def contrast(self, turn: str | None = None) -> None:
        """White on black for this voter, or the usual colours again."""
        self._adjust(turn, replace(self._shown.view, contrast=not self._shown.view.contrast))
