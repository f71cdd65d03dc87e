"""Everything that can be written into a case's record: one frozen dataclass per kind of act.

Each class's ``kind`` is what stands in the record; ``SHAPES`` says how its fields are read. People's names are those of
auditors, officers and witnesses; no voter appears anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Final

from epilwu.audit.case import fields
from epilwu.audit.case.errors import CaseBroken
from epilwu.audit.case.fields import MAX_COUNT, MAX_STATION, NAME, NOTE, Read
from epilwu.audit.risk.contest import MAX_PAPERS
from epilwu.audit.risk.decision import Decision
from epilwu.audit.risk.sampler import SEED_DIGITS
from epilwu.trust.canonical import Json, Record

UNREADABLE: Final = "unreadable"
MISSING: Final = "missing"
_TEXT = re.compile(rf"0|[1-9][0-9]?|{UNREADABLE}|{MISSING}", re.ASCII)
_SEED = re.compile(rf"[0-9]{{{SEED_DIGITS}}}", re.ASCII)
_LIMIT = re.compile(r"0\.[0-9]{1,6}", re.ASCII)
_CODE = re.compile(r"[0-9]{2}(?:\.[0-9]{2}){2}\.[0-9]{4}", re.ASCII)
MAX_INPUTS = 20_000
PILE = 50
WORDS = 6_000


@dataclass(frozen=True, slots=True)
class Input:
    """A file of the evidence: its name within the case, SHA-256 (hex), size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened:
    """The case was opened: by which order, by whom, where; for which election; over which evidence."""

    kind: ClassVar[str] = "case_opened"
    order: str
    by_order: str
    auditors: tuple[str, ...]
    place: str
    definition: str
    region: str
    village: str
    rehearsal: bool
    candidates: int
    blank: bool
    stations: tuple[int, ...]
    root: str
    root_brought: bool
    inputs: tuple[Input, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxOpened:
    """An audit box was opened before these people; ``seal`` is the seal's number, ``note`` its state if not whole."""

    kind: ClassVar[str] = "box_opened"
    station: int
    by_order: str
    seal: str
    people: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One finding of the verification: stable ``name``, status (as ``verify_report.Status``), and what was seen."""

    name: str
    status: str
    detail: str


@dataclass(frozen=True, slots=True)
class StationVotes:
    """A station's proven result (blank first where blank is allowed), None where it is not proven."""

    station: int
    votes: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Verified:
    """The published count was verified from its proofs."""

    kind: ClassVar[str] = "verified"
    answers: tuple[Answer, ...]
    stations: tuple[StationVotes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxScanned:
    """All papers of a box were scanned: the scanning's own record (its SHA-256) and the papers of each class."""

    kind: ClassVar[str] = "box_scanned"
    station: int
    scan: str
    counted: int
    duplicate: int
    void: int
    foreign: int
    unreadable: int
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Paper, count and books were compared: SHA-256 of the figures, how many differences and open questions."""

    kind: ClassVar[str] = "reconciled"
    figures: str
    differences: int
    open_questions: int


@dataclass(frozen=True, slots=True)
class BoothRoot:
    """The root of a booth's signed slip register over its cast ids (hex)."""

    station: int
    booth: int
    cast: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """Fixed before a die was thrown: the registers' roots, the list that will be drawn from, and the contest.

    ``papers`` (N) from the signed books; ``published`` and ``scanned`` are the winner's margins by the published count
    and by the scanned papers, ``margin`` the one tested; ``missing`` papers are not on the list.
    """

    kind: ClassVar[str] = "committed"
    roots: tuple[BoothRoot, ...]
    listed: int
    list_root: str
    papers: int
    published: int
    scanned: int
    margin: int
    missing: int
    winner: int
    limit: str
    betting: int
    kaplan_markov: int
    proposal: str


@dataclass(frozen=True, slots=True)
class DiceThrown:
    """Twenty rolls of ten-sided dice, thrown by all parties before these witnesses; set once."""

    kind: ClassVar[str] = "dice_thrown"
    seed: str
    witnesses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrderPrinted:
    """The whole order was printed before a paper was fetched: SHA-256 of its text, number of papers."""

    kind: ClassVar[str] = "order_printed"
    sha256: str
    papers: int


@dataclass(frozen=True, slots=True)
class PaperRead:
    """A reader's entry for the ``draw``-th paper: a ballot number, 0 for blank, unreadable, or missing.

    Seats 1 and 2 read blindly; seat 3 decides where they differ.
    """

    kind: ClassVar[str] = "paper_read"
    draw: int
    seat: int
    reader: str
    text: str

    @property
    def choice(self) -> int | None:
        """What was read; None for unreadable and missing."""
        return int(self.text) if self.text.isdecimal() else None


@dataclass(frozen=True, slots=True)
class RiskFigured:
    """After the ``draw``-th paper: its QR's choice, its overstatement in votes, both risks, what follows."""

    kind: ClassVar[str] = "risk_figured"
    draw: int
    code: int
    overstatement: int
    betting: str
    kaplan_markov: str
    decision: str


@dataclass(frozen=True, slots=True)
class FullCountChosen:
    """All papers will be counted by eye; that count replaces the outcome."""

    kind: ClassVar[str] = "full_count_chosen"
    reason: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PileCounted:
    """One counter's figures for a pile of at most fifty papers; ``turn`` is 1, or higher where it was counted again."""

    kind: ClassVar[str] = "pile_counted"
    station: int
    pile: int
    turn: int
    seat: int
    counter: str
    votes: tuple[int, ...]
    blank: int
    unclear: int

    @property
    def total(self) -> int:
        """Papers in the pile."""
        return sum(self.votes) + self.blank + self.unclear

    @property
    def figures(self) -> tuple[int, ...]:
        """What two counters must agree on."""
        return (*self.votes, self.blank, self.unclear)


@dataclass(frozen=True, slots=True)
class FullCountClosed:
    """Every pile was counted alike by two; these figures replace the announced outcome.

    ``note`` explains where other papers were counted than scanned, and is empty where they agree.
    """

    kind: ClassVar[str] = "full_count_closed"
    votes: tuple[int, ...]
    blank: int
    unclear: int
    note: str


@dataclass(frozen=True, slots=True)
class Concluded:
    """The verdict, and its sentence."""

    kind: ClassVar[str] = "concluded"
    verdict: str
    words: str


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody signs the record, or objects (``objection`` not empty)."""

    kind: ClassVar[str] = "signed"
    name: str
    role: str
    objection: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """The entry ``corrects`` was wrong: ``event`` holds instead. Two people, one reason; the old entry stays."""

    kind: ClassVar[str] = "corrected"
    corrects: int
    event: Event
    reason: str
    people: tuple[str, ...]


Event = (
    CaseOpened | BoxOpened | Verified | BoxScanned | Reconciled | Committed | DiceThrown | OrderPrinted
    | PaperRead | RiskFigured | FullCountChosen | PileCounted | FullCountClosed | Concluded | Signed | Corrected
)  # fmt: skip

VERDICTS: Final = ("confirmed", "replaced", "cannot_be_confirmed", "not_finished")
_INPUT = {"name": fields.line(200), "sha256": fields.digest, "size": fields.whole(0, 2**40)}
_ANSWER = {"name": fields.line(NAME), "status": fields.word(("passed", "failed", "not checked")),
           "detail": fields.line(20_000, empty=True)}  # fmt: skip
_ROOT = {"station": fields.whole(1, MAX_STATION), "booth": fields.whole(1, 255), "cast": fields.digest}
_CLASSES = ("counted", "duplicate", "void", "foreign", "unreadable")
_STATION = fields.whole(1, MAX_STATION)
_COUNT = fields.whole(0, MAX_COUNT)


def _votes(record: Record, name: str) -> object:
    return None if record.values[name] is None else fields.counts(record, name)


def _rows(kind: type[Any], shape: Mapping[str, Read], most: int) -> Read:
    names = tuple(shape)
    return fields.each(names, lambda record: kind(**{name: read(record, name) for name, read in shape.items()}), most)


SHAPES: Mapping[type[Any], Mapping[str, Read]] = {
    CaseOpened: {
        "order": fields.line(NAME), "by_order": fields.line(NAME), "auditors": fields.people(2),
        "place": fields.line(NAME), "definition": fields.digest, "region": fields.pattern(_CODE),
        "village": fields.line(NAME), "rehearsal": fields.flag, "candidates": fields.whole(1, 99),
        "blank": fields.flag,
        "stations": lambda record, name: record.items(
            name, 1, MAX_STATION, lambda v, w: Record.of({"n": v}, ("n",), w).integer("n", 1, MAX_STATION)),
        "root": fields.digest, "root_brought": fields.flag, "inputs": _rows(Input, _INPUT, MAX_INPUTS),
    },
    BoxOpened: {
        "station": _STATION, "by_order": fields.line(NAME), "seal": fields.line(NAME, empty=True),
        "people": fields.people(2), "note": fields.line(NOTE, empty=True),
    },
    Verified: {
        "answers": _rows(Answer, _ANSWER, 5_000),
        "stations": _rows(StationVotes, {"station": _STATION, "votes": _votes}, MAX_STATION),
    },
    BoxScanned: {
        "station": _STATION, "scan": fields.digest, **dict.fromkeys(_CLASSES, _COUNT), "people": fields.people(2),
    },
    Reconciled: {"figures": fields.digest, "differences": _COUNT, "open_questions": _COUNT},
    Committed: {
        "roots": _rows(BoothRoot, _ROOT, 5_000), "listed": fields.whole(0, MAX_PAPERS), "list_root": fields.digest,
        "papers": fields.whole(1, MAX_PAPERS), "published": fields.whole(0, MAX_PAPERS),
        "scanned": fields.whole(-MAX_PAPERS, MAX_PAPERS), "margin": fields.whole(-MAX_PAPERS, MAX_PAPERS),
        "missing": fields.whole(0, MAX_PAPERS), "winner": fields.whole(0, 99), "limit": fields.pattern(_LIMIT),
        "betting": fields.whole(0, MAX_PAPERS), "kaplan_markov": fields.whole(0, MAX_PAPERS),
        "proposal": fields.word(("sample", "full_count", "cannot_be_confirmed")),
    },
    DiceThrown: {"seed": fields.pattern(_SEED), "witnesses": fields.people(2)},
    OrderPrinted: {"sha256": fields.digest, "papers": fields.whole(1, MAX_PAPERS)},
    PaperRead: {
        "draw": fields.whole(1, MAX_PAPERS), "seat": fields.whole(1, 3), "reader": fields.line(NAME),
        "text": fields.pattern(_TEXT),
    },
    RiskFigured: {
        "draw": fields.whole(1, MAX_PAPERS), "code": fields.whole(0, 99), "overstatement": fields.whole(-2, 2),
        "betting": fields.decimal, "kaplan_markov": fields.decimal, "decision": fields.word([*Decision]),
    },
    FullCountChosen: {"reason": fields.line(NOTE), "people": fields.people(2)},
    PileCounted: {
        "station": _STATION, "pile": fields.whole(1, 9_999), "turn": fields.whole(1, 99),
        "seat": fields.whole(1, 2), "counter": fields.line(NAME), "votes": fields.counts, "blank": _COUNT,
        "unclear": _COUNT,
    },
    FullCountClosed: {
        "votes": fields.counts, "blank": _COUNT, "unclear": _COUNT, "note": fields.line(NOTE, empty=True),
    },
    Concluded: {"verdict": fields.word(VERDICTS), "words": fields.line(WORDS)},
    Signed: {"name": fields.line(NAME), "role": fields.line(NAME), "objection": fields.line(NOTE, empty=True)},
    Corrected: {
        "corrects": fields.whole(0, 2**40), "event": lambda record, name: parse(record.values[name], record.where),
        "reason": fields.line(NOTE), "people": fields.people(2),
    },
}  # fmt: skip
_KINDS = {kind.kind: kind for kind in SHAPES}


def encode(event: Event) -> Json:
    """The event as the record has it."""
    values: dict[str, Json] = {"kind": event.kind, **asdict(event)}
    if isinstance(event, Corrected):
        values["event"] = encode(event.event)
    return values


def parse(value: Json, where: str) -> Event:
    """What ``encode`` made; raise ``CaseBroken`` for an unknown kind, ``MalformedFile`` for a field out of bounds."""
    name = value.get("kind") if isinstance(value, Mapping) else None
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise CaseBroken("Jenis catatan tidak dikenal.", where=where)
    shape = SHAPES[kind]
    record = Record.of(value, ("kind", *shape), where)
    made: Event = kind(**{field: read(record, field) for field, read in shape.items()})
    return made
