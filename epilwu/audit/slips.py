"""Sort the paper: every slip of a station's box becomes exactly one of five classes (receipts, "What the audit does").

Pure: texts and registers in, classes out. A slip is *counted* only if a booth of this station signed it, its id is
in that booth's cast set and it is seen for the first time; nothing else adds to a candidate's paper count.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from epilwu.audit.errors import AuditError
from epilwu.receipt.errors import ForgedCode, MalformedCode
from epilwu.receipt.slip import SlipPayload, parse_slip, slip_id, verify_slip


class SlipClass(enum.StrEnum):
    """What a paper from the box turned out to be. *Missing* is not among them: no paper was seen."""

    COUNTED = "counted"
    DUPLICATE = "duplicate"
    VOID = "void"
    FOREIGN = "foreign"
    UNREADABLE = "unreadable"


class Certainty(enum.StrEnum):
    """How far what was read from one paper can be relied on."""

    SURE = "sure"
    """Two ways of looking at the picture agree, or a person says so."""
    DOUBTFUL = "doubtful"
    """Only one way of looking gave this text; without a booth's signature it proves nothing."""
    SEVERAL = "several"
    """There is another code on the paper, which may be illegible."""


@dataclass(frozen=True, slots=True)
class BoothRegister:
    """One booth's signed slip register: its device key and the ids (32 bytes each) that it calls cast or void."""

    booth: int
    public_key: Ed25519PublicKey
    cast: frozenset[bytes] = field(repr=False)
    void: frozenset[bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StationRegister:
    """All booths of a station, by number, with the uuid and the number of candidates that its slips may name."""

    station: int
    uuid: str
    candidates: int
    blank: bool
    booths: Mapping[int, BoothRegister] = field(repr=False)


class TypedFate(enum.StrEnum):
    """What the short code that two people typed says of an unreadable paper; it never makes the paper *counted*."""

    KNOWN = "known"
    """In a cast set, and seen on no other paper."""
    DUPLICATE = "duplicate"
    VOID = "void"
    UNKNOWN = "unknown"
    """In no register, or no code could be read by eye either."""


@dataclass(frozen=True, slots=True)
class TypedSlip:
    """What two people read on an unreadable paper alike: choice (None: illegible), short code (None: illegible), what
    that code says, and the id and booth that it stands for where a register has it."""

    choice: int | None = field(repr=False)
    code: str | None = field(repr=False)
    fate: TypedFate
    id: bytes | None = field(default=None, repr=False)
    booth: int | None = None


@dataclass(frozen=True, slots=True)
class SortedSlip:
    """One paper: the name of its picture, its class, why, and, only where it is counted, booth and choice.

    ``place`` says where it lies in a scanned box ("bundel 3, kertas 127"); ``typed`` is what people read on it where
    the program could not.
    """

    picture: str
    slip_class: SlipClass
    reason: str
    booth: int | None = None
    choice: int | None = field(default=None, repr=False)
    id: bytes | None = field(default=None, repr=False)
    place: str = ""
    typed: TypedSlip | None = field(default=None, repr=False)


class _ForeignSlip(AuditError):
    """Not of this station."""

    code = "slip-foreign"


class SlipSorter:
    """Sorts one station's papers one by one, remembering which ids it has seen."""

    def __init__(self, register: StationRegister) -> None:
        """``register`` is trusted: its certificates and signatures were checked when the reports were read."""
        self.register = register
        self._seen: dict[bytes, int | None] = {}

    def sort(self, picture: str, texts: Sequence[str], certainty: Certainty = Certainty.SURE) -> SortedSlip:
        """Class one paper by the texts of all QR codes found on its picture."""
        slip = self.examine(picture, texts, certainty)
        if slip.id is None:
            return slip
        if slip.id in self._seen:
            return repeated(slip, "di kotak ini", same_choice=self._seen[slip.id] == slip.choice)
        self._seen[slip.id] = slip.choice
        return replace(slip, choice=None) if slip.slip_class is SlipClass.VOID else slip

    def examine(self, picture: str, texts: Sequence[str], certainty: Certainty = Certainty.SURE) -> SortedSlip:
        """As ``sort``, but as if no other paper had been seen; a void slip's choice is still there."""
        if not texts:
            return SortedSlip(picture, SlipClass.UNREADABLE, "tidak ada kode QR yang terbaca")
        if len(texts) > 1 or certainty is Certainty.SEVERAL:
            return SortedSlip(picture, SlipClass.UNREADABLE, "lebih dari satu kode QR pada satu gambar")
        try:
            payload, booth = self._signed_here(texts[0])
        except (MalformedCode, ForgedCode, _ForeignSlip) as error:
            if certainty is Certainty.DOUBTFUL:
                return SortedSlip(picture, SlipClass.UNREADABLE, "kode QR rusak dan terbaca meragukan")
            return SortedSlip(picture, SlipClass.FOREIGN, error.what)
        return self._sort_signed(picture, payload, booth)

    def _signed_here(self, text: str) -> tuple[SlipPayload, BoothRegister]:
        """What a booth of this station signed; raise for any other text."""
        signed = parse_slip(text)
        if signed.payload.uuid != self.register.uuid:
            raise _ForeignSlip("struk pemilihan atau TPS lain")
        booth = self.register.booths.get(signed.payload.booth)
        if booth is None:
            raise _ForeignSlip(f"bilik {signed.payload.booth} tidak ada di TPS ini")
        return verify_slip(signed, booth.public_key), booth

    def _sort_signed(self, picture: str, payload: SlipPayload, booth: BoothRegister) -> SortedSlip:
        identity = slip_id(payload.nonce)
        void = identity in booth.void
        if not void and identity not in booth.cast:
            return SortedSlip(picture, SlipClass.FOREIGN, "tidak tercatat di bilik", booth.booth)
        if payload.choice > self.register.candidates or (payload.choice == 0 and not self.register.blank):
            return SortedSlip(picture, SlipClass.FOREIGN, "pilihan yang tidak ada di surat suara", booth.booth)
        kind, reason = (SlipClass.VOID, "struk batal") if void else (SlipClass.COUNTED, "dihitung")
        return SortedSlip(picture, kind, reason, booth.booth, payload.choice, identity)


def repeated(slip: SortedSlip, where: str, *, same_choice: bool) -> SortedSlip:
    """``slip`` as a duplicate of one seen before ``where``; it counts for nobody."""
    reason = f"sudah ada {where}" if same_choice else f"sudah ada {where}, dengan pilihan lain"
    return replace(slip, slip_class=SlipClass.DUPLICATE, reason=reason, choice=None)
