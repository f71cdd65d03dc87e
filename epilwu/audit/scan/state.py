"""What a session's entries amount to: every paper with its class now, every bundle with its count by hand.

Pure: events in, tables out. The same entries give the same state on every machine, which is what lets anyone redo it.
A paper's class follows from its texts, the station's register and the papers before it that still count; the class
that an entry carries was shown to people then, and must be the one that follows.
"""

from __future__ import annotations

import hashlib
from bisect import insort
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from epilwu.audit.scan import typed
from epilwu.audit.scan.events import (
    FIRST_PREV,
    BundleClosed,
    BundleReopened,
    Event,
    HandCounted,
    Opened,
    PaperSeen,
    PaperSetAside,
    TypedIn,
    damaged,
    decode,
    entry_hash,
)
from epilwu.audit.slips import Certainty, SlipClass, SlipSorter, SortedSlip, StationRegister, repeated
from epilwu.trust.canonical import Json, dumps
from epilwu.trust.merkle import root


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper as it stands now: its entry, its class, what was typed, the correction that set it aside, if any."""

    seen: PaperSeen
    slip: SortedSlip
    entries: tuple[TypedIn, ...] = ()
    set_aside: PaperSetAside | BundleReopened | None = None

    @property
    def number(self) -> int:
        """1 for the first paper of the session."""
        return self.seen.paper

    @property
    def reading(self) -> typed.Reading:
        """How far two people are with reading it; of use for unreadable papers."""
        return typed.reading(self.entries)


@dataclass(frozen=True, slots=True)
class Bundle:
    """One bundle: papers scanned into it that still count, papers counted by hand (None: nobody did) and by whom."""

    number: int
    scanned: int
    closed: bool
    by_hand: int | None
    counted_by: str

    @property
    def difference(self) -> int | None:
        """Counted by hand less scanned; None is "not checked"."""
        return None if self.by_hand is None else self.by_hand - self.scanned

    @property
    def settled(self) -> bool:
        """Whether it is closed and its count by hand agrees."""
        return self.closed and self.difference == 0


@dataclass(slots=True)
class _Bundle:
    active: set[int] = field(default_factory=set)
    closed: bool = False
    hand: HandCounted | None = None


class ScanState:
    """The fold over a session's entries. ``apply`` takes the next event; everything else only asks."""

    def __init__(self, register: StationRegister) -> None:
        """``register`` is trusted: it was checked when the station's reports were read."""
        self.register = register
        self.opened: Opened | None = None
        self.size = 0
        self.head = FIRST_PREV
        self.corrections: list[PaperSetAside | BundleReopened] = []
        self._sorter = SlipSorter(register)
        self._papers: list[Paper] = []
        self._active: dict[bytes, list[int]] = {}
        self._texts: dict[str, list[int]] = {}
        self._bundles: dict[int, _Bundle] = {}
        self._pictures: dict[tuple[str, str], int] = {}
        self._codes: dict[str, typed.Registered] | None = None

    def apply_entry(self, data: bytes, where: str) -> None:
        """The next entry's bytes. Raises ``SessionDamaged``."""
        self.apply(decode(data, self.size, self.head, where), where)
        self.size += 1
        self.head = entry_hash(data)

    def apply(self, event: Event, where: str) -> None:
        """Change the state by one event; raise ``SessionDamaged`` where it cannot follow on what stands here."""
        if isinstance(event, Opened) != (self.opened is None):
            raise damaged("Sesi harus dibuka tepat satu kali, di awal.", where)
        match event:
            case Opened():
                self._open(event, where)
            case PaperSeen():
                self._see(event, where)
            case TypedIn():
                self._type(event, where)
            case BundleClosed():
                self._bundle(event.bundle, where).closed = True
            case HandCounted():
                self._bundle(event.bundle, where).hand = event
            case PaperSetAside():
                self._set_aside([event.paper], event, where)
            case BundleReopened():
                self._reopen(event, where)

    @property
    def current_bundle(self) -> int:
        """The bundle that the next paper goes into: the lowest that is not closed, else a new one."""
        open_bundles = (number for number, bundle in self._bundles.items() if not bundle.closed)
        return min(open_bundles, default=len(self._bundles) + 1)

    @property
    def papers(self) -> tuple[Paper, ...]:
        """Every paper ever entered, in order, as it stands now."""
        return tuple(self.paper(number) for number in range(1, len(self._papers) + 1))

    @property
    def bundles(self) -> tuple[Bundle, ...]:
        """Every bundle, by number."""
        return tuple(
            Bundle(
                number,
                len(bundle.active),
                bundle.closed,
                bundle.hand.papers if bundle.hand else None,
                bundle.hand.person if bundle.hand else "",
            )
            for number, bundle in sorted(self._bundles.items())
        )

    @property
    def last(self) -> Paper | None:
        """The last paper entered."""
        return self.paper(len(self._papers)) if self._papers else None

    def paper(self, number: int) -> Paper:
        """Paper ``number`` (from 1) with its class as of now. Raises ``KeyError``."""
        if not 1 <= number <= len(self._papers):
            raise KeyError(number)
        paper = self._papers[number - 1]
        return replace(paper, slip=self._classed(paper.seen, paper.slip))

    def holds_picture(self, name: str, digest: str) -> int | None:
        """The bundle that holds a paper of this very picture, if one still counts."""
        return self._pictures.get((name, digest))

    def first_with(self, identity: bytes | None) -> Paper | None:
        """The first paper that counts with this slip id."""
        numbers = self._active.get(identity) if identity is not None else None
        return self._papers[numbers[0] - 1] if numbers else None

    def first_with_text(self, text: str) -> Paper | None:
        """The first paper that counts on which ``text`` alone was read."""
        numbers = self._texts.get(text)
        return self._papers[numbers[0] - 1] if numbers else None

    def examine(self, picture: str, texts: tuple[str, ...], certainty: Certainty) -> SortedSlip:
        """What a paper with these texts would be, as if it were the only one."""
        return self._sorter.examine(picture, texts, certainty)

    def class_of(self, slip: SortedSlip) -> SlipClass:
        """The class of an examined paper if it came next."""
        return SlipClass.DUPLICATE if self.first_with(slip.id) is not None else slip.slip_class

    def slips(self) -> tuple[SortedSlip, ...]:
        """Every paper that counts, with place and typed reading: what is reconciled."""
        active = [paper for paper in self.papers if paper.set_aside is None]
        settled = [(p.number, entry) for p in active if (entry := typed.agreed(p.entries)) is not None]
        if settled and self._codes is None:
            self._codes = typed.by_code(self.register)
        seen = {identity for identity, numbers in self._active.items() if numbers}
        fates = typed.fates(settled, seen, self._codes or {})
        return tuple(replace(paper.slip, place=place_of(paper.seen), typed=fates.get(paper.number)) for paper in active)

    def classes(self) -> dict[SlipClass, int]:
        """How many papers of each class count."""
        found = Counter(self._classed(p.seen, p.slip).slip_class for p in self._papers if p.set_aside is None)
        return {kind: found[kind] for kind in SlipClass}

    def _open(self, event: Opened, where: str) -> None:
        wanted = (self.register.uuid, self.register.station, register_digest(self.register))
        if (event.uuid, event.station, event.register) != wanted:
            raise damaged("Sesi ini milik TPS, pemilihan atau daftar struk lain.", where)
        self.opened = event

    def _see(self, event: PaperSeen, where: str) -> None:
        slip = self.examine(event.picture, event.texts, event.certainty)
        expected = (len(self._papers) + 1, self.current_bundle, self.class_of(slip))
        if (event.paper, event.bundle, event.slip_class) != expected:
            raise damaged(f"Kertas {event.paper} tidak sesuai dengan yang mendahuluinya.", where)
        self._papers.append(Paper(event, slip))
        self._bundles.setdefault(event.bundle, _Bundle()).active.add(event.paper)
        if slip.id is not None:
            insort(self._active.setdefault(slip.id, []), event.paper)
        if len(event.texts) == 1:
            insort(self._texts.setdefault(event.texts[0], []), event.paper)
        if event.digest:
            self._pictures[event.picture, event.digest] = event.bundle

    def _type(self, event: TypedIn, where: str) -> None:
        paper = self._papers[event.paper - 1] if event.paper <= len(self._papers) else None
        if (
            paper is None
            or paper.set_aside is not None
            or paper.slip.slip_class is not SlipClass.UNREADABLE
            or any(same_person(event.reader, entry.reader) for entry in paper.entries)
        ):
            raise damaged(f"Kertas {event.paper} tidak dapat diketik.", where)
        self._papers[event.paper - 1] = replace(paper, entries=(*paper.entries, event))

    def _set_aside(self, numbers: Iterable[int], event: PaperSetAside | BundleReopened, where: str) -> None:
        for number in sorted(numbers):
            paper = self._papers[number - 1] if number <= len(self._papers) else None
            if paper is None or paper.set_aside is not None:
                raise damaged(f"Kertas {number} tidak ada atau sudah dikesampingkan.", where)
            self._papers[number - 1] = replace(paper, set_aside=event)
            self._bundles[paper.seen.bundle].active.discard(number)
            self._pictures.pop((paper.seen.picture, paper.seen.digest), None)
            if paper.slip.id is not None:
                self._active[paper.slip.id].remove(number)
            if len(paper.seen.texts) == 1:
                self._texts[paper.seen.texts[0]].remove(number)
        if len({person.casefold() for person in event.people}) != len(event.people):
            raise damaged("Koreksi harus oleh dua orang.", where)
        self.corrections.append(event)

    def _reopen(self, event: BundleReopened, where: str) -> None:
        bundle = self._bundle(event.bundle, where)
        self._set_aside(tuple(bundle.active), event, where)
        bundle.closed, bundle.hand = False, None

    def _bundle(self, number: int, where: str) -> _Bundle:
        if number not in self._bundles:
            raise damaged(f"Bundel {number} tidak ada.", where)
        return self._bundles[number]

    def _classed(self, seen: PaperSeen, slip: SortedSlip) -> SortedSlip:
        first = self.first_with(slip.id)
        if first is not None and first.number < seen.paper:
            return repeated(slip, f"di {place_of(first.seen)}", same_choice=first.slip.choice == slip.choice)
        return replace(slip, choice=None) if slip.slip_class is not SlipClass.COUNTED else slip


def place_of(seen: PaperSeen) -> str:
    """Where a paper lies: ``bundel 3, kertas 127``."""
    return f"bundel {seen.bundle}, kertas {seen.paper}"


def same_person(one: str, other: str) -> bool:
    """Whether two names as typed are the same but for case and blanks."""
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def register_digest(register: StationRegister) -> str:
    """SHA-256 in hex over a station's registers: booths, their keys, roots of their ids, and what slips may say."""
    booths: list[Json] = [
        {
            "booth": number,
            "key": booth.public_key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
            "cast": root(sorted(booth.cast)).hex(),
            "void": root(sorted(booth.void)).hex(),
        }
        for number, booth in sorted(register.booths.items())
    ]
    whole: Json = {
        "station": register.station,
        "uuid": register.uuid,
        "candidates": register.candidates,
        "blank": register.blank,
        "booths": booths,
    }
    return hashlib.sha256(dumps(whole)).hexdigest()


def replay(entries: Iterable[bytes], register: StationRegister, *, where: str = "pemindaian.jsonl") -> ScanState:
    """The state that exported entries amount to. Raises ``SessionDamaged`` naming the line."""
    state = ScanState(register)
    for number, data in enumerate(entries, 1):
        state.apply_entry(data, f"{where} baris {number}")
    if state.opened is None:
        raise damaged("Catatan pemindaian kosong.", where)
    return state
