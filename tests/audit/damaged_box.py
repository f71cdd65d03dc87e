"""A box of damaged slips whose every dot follows from its number: the same pictures on every machine."""

from __future__ import annotations

import hashlib
import random
import tempfile
from functools import cache
from pathlib import Path

from audit_samples import Slip, slip
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paper_damage import ALONE, PAIRS, photo
from paper_drawing import draw
from PIL import Image

from epilwu.audit.scan.codes import one_paper
from epilwu.audit.slips import BoothRegister, SlipClass, SlipSorter, StationRegister

UUID = "Lemah2DXs7mqP4"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SLIPS = 12


def made(number: int) -> Slip:
    """Slip ``number``: choices 0 to 3 in turn."""
    nonce = hashlib.sha256(f"damaged {number}".encode()).digest()[:16]
    return slip(UUID, (1, 1), number % 4, KEY, nonce)


@cache
def drawn(number: int) -> Image.Image:
    with tempfile.TemporaryDirectory() as folder, Image.open(draw(made(number), Path(folder))) as image:
        return image.convert("L")


@cache
def register() -> StationRegister:
    cast = frozenset(made(number).id for number in range(SLIPS))
    return StationRegister(1, UUID, 3, True, {1: BoothRegister(1, KEY.public_key(), cast, frozenset())})


def picture(kind: str, strength: int, number: int) -> Image.Image:
    """Slip ``number`` so damaged, as a photo."""
    rng = random.Random(f"{kind} {strength} {number}")
    if kind in PAIRS:
        return PAIRS[kind](drawn(number), drawn((number + 1) % SLIPS), strength, rng)
    return ALONE[kind](photo(drawn(number)), strength, rng)


def judged(kind: str, strength: int, number: int) -> SlipClass | None:
    """The class of that picture; None where it is wrong: no class that it can be, or of a slip that is not there."""
    paper = one_paper(picture(kind, strength, number))
    found = SlipSorter(register()).sort("x.jpg", paper.texts, paper.certainty)
    if found.slip_class is SlipClass.UNREADABLE:
        return SlipClass.UNREADABLE
    there = [made(number), *([made((number + 1) % SLIPS)] if kind in PAIRS else [])]
    right = [(SlipClass.COUNTED, each.choice, each.id) for each in there]
    return SlipClass.COUNTED if (found.slip_class, found.choice, found.id) in right else None
