"""The papers that a session may need, and how much of the roll they take."""

from __future__ import annotations

from epilwu.booth.setup import BoothSetup, Settings
from epilwu.receipt.blocks import Layout
from epilwu.receipt.layout import audit_slip, tracker_slip
from epilwu.receipt.length import paper_dots
from epilwu.receipt.slip import NONCE_BYTES, SlipPayload, sign_slip

_SLIPS_A_SESSION = 2
"""One may be called wrong, or break off; a session with more of them finds its slip checked against the roll again."""
_A_TRACKER = "A" * 43


def slip_layout(setup: BoothSetup, choice: int, nonce: bytes) -> Layout:
    """The signed slip of ``choice`` (0: blank); raise what ``audit_slip`` raises."""
    payload = SlipPayload(setup.election.uuid, setup.package.booth, choice, nonce)
    return audit_slip(setup.place, sign_slip(payload, setup.device_key), setup.name_of(choice))


def longest_slip(setup: BoothSetup, settings: Settings) -> int:
    """Dots of paper that a slip takes, whichever the choice."""
    choices = [choice for choice in range(setup.choices.candidates + 1) if setup.choices.allows(choice)]
    return max(paper_dots(slip_layout(setup, choice, bytes(NONCE_BYTES)), settings.paper) for choice in choices)


def tracker_dots(setup: BoothSetup, settings: Settings) -> int:
    """Dots of paper that the paper to take home takes; 0 where voters get none."""
    return paper_dots(tracker_slip(setup.place, _A_TRACKER), settings.paper) if settings.tracker_slips else 0


def session_dots(slip: int, tracker: int) -> int:
    """Dots of paper without which no session starts."""
    return _SLIPS_A_SESSION * slip + tracker
