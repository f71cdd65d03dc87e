"""The plan of a village, and of many: contests are disjoint, each has its own risk limit, the work adds up. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from epilwu.audit.risk.contest import MAX_PAPERS, Contest
from epilwu.audit.risk.errors import RiskRefused
from epilwu.audit.risk.plan import Plan, make_plan
from epilwu.audit.risk.published_village import PublishedVillage
from epilwu.election.balance import StationBooks
from epilwu.indonesian import figure

MAX_PACE = 10_000


@dataclass(frozen=True, slots=True)
class Pace:
    """Papers an hour that one team reads: drawn one by one (fetched, read blindly by two), or counted in piles.

    The defaults (30 and 300) are assumptions for a first estimate, to be replaced by what a team was seen to do.
    1 to 10,000 each, others raise ``RiskRefused``.
    """

    drawn: int = 30
    counted: int = 300

    def __post_init__(self) -> None:
        """Refuse what no team does."""
        if not 1 <= self.drawn <= MAX_PACE or not 1 <= self.counted <= MAX_PACE:
            raise RiskRefused(f"Laju harus dari 1 sampai {MAX_PACE} kertas per jam.", todo="Tulis laju yang lain.")


class Proposal(StrEnum):
    """What is proposed for a village; ``CANNOT`` as in ``Decision``, ``NOT_PLANNED``: a figure is missing or wrong."""

    SAMPLE = "sample"
    FULL_COUNT = "full_count"
    CANNOT = "cannot_be_confirmed"
    NOT_PLANNED = "not_planned"


@dataclass(frozen=True, slots=True)
class StationShare:
    """A station's ``papers`` in the box, as far as the books know, and how many of them to expect in the sample.

    ``expected`` is in tenths of a paper, rounded half up: the draw itself is not split by stations.
    """

    station: int
    papers: int
    expected: int


@dataclass(frozen=True, slots=True)
class VillagePlan:
    """One village. ``papers`` (N) should exist, ``missing`` of them do not; ``reason`` says why not a sample, if so.

    ``plan`` is over the papers that are there, None where none can be made; ``to_read`` papers take ``tenths`` of an
    hour (rounded up).
    """

    region: str
    village: str
    rehearsal: bool
    papers: int | None
    missing: int
    margin: int
    proposal: Proposal
    reason: str
    plan: Plan | None
    to_read: int
    tenths: int
    stations: tuple[StationShare, ...]

    @property
    def hours(self) -> float:
        """Hours at the given pace, to a tenth."""
        return self.tenths / 10


def plan_village(village: PublishedVillage, limit: Fraction, pace: Pace) -> VillagePlan:
    """The plan of one village from its published result and books. Raises ``RiskRefused`` for the limit only.

    N is the tokens handed out; the papers that are there are the slips counted or, before a count, the slips of the
    booths' registers or, where no register is known, all of N. Those that are not there count against the winner.
    """
    books = dict(village.books.stations)
    problem = _problem(village, books)
    if problem:
        return _row(village, None, {}, Proposal.NOT_PLANNED, problem)
    handed = sum(b.tokens_handed or 0 for b in books.values())
    there = {number: _there(b) for number, b in books.items()}
    margin = village.result.ranking.margin
    if margin == 0:
        reason = "seri: tidak ada pemenang yang dapat dikonfirmasi"
        return _row(village, handed, there, Proposal.CANNOT, reason, pace=pace)
    contest = Contest(handed, margin).without(handed - sum(there.values()))
    if contest is None:
        missing = figure(handed - sum(there.values()))
        reason = f"{missing} kertas hilang, dua kalinya mencapai selisih {figure(margin)}"
        return _row(village, handed, there, Proposal.CANNOT, reason, pace=pace)
    plan = make_plan(contest, limit)
    if plan.full_count:
        reason = f"contoh {figure(plan.betting)} lebih dari seperempat dari {figure(contest.papers)} kertas"
        return _row(village, handed, there, Proposal.FULL_COUNT, reason, plan=plan, pace=pace)
    return _row(village, handed, there, Proposal.SAMPLE, "", plan=plan, pace=pace)


def _problem(village: PublishedVillage, books: dict[int, StationBooks]) -> str:
    """Why no plan can be made from these figures; empty if one can."""
    if not village.result.complete:
        return "hasil belum lengkap: masih ada TPS yang belum melapor"
    for number, book in sorted(books.items()):
        if book.tokens_handed is None:
            return f"TPS {number} belum punya buku meja: jumlah token yang diserahkan tidak diketahui"
        if _there(book) > book.tokens_handed:
            return f"TPS {number} punya lebih banyak struk daripada token yang diserahkan: rekonsiliasi dulu"
    handed = sum(book.tokens_handed or 0 for book in books.values())
    if village.result.ranking.counts.ballots > handed:
        return "suara lebih banyak daripada token yang diserahkan: rekonsiliasi dulu"
    return "" if 0 < handed <= MAX_PAPERS else f"jumlah kertas ({handed}) di luar 1 sampai {MAX_PAPERS}"


def _there(book: StationBooks) -> int:
    for known in (book.slips_counted, book.slips_cast, book.tokens_handed):
        if known is not None:
            return known
    return 0


def _row(
    village: PublishedVillage,
    papers: int | None,
    there: dict[int, int],
    proposal: Proposal,
    reason: str,
    *,
    plan: Plan | None = None,
    pace: Pace | None = None,
) -> VillagePlan:
    found = sum(there.values())
    sampled = proposal is Proposal.SAMPLE and plan is not None
    to_read = plan.betting if sampled and plan is not None else found
    hourly = 1 if pace is None else pace.drawn if sampled else pace.counted
    return VillagePlan(
        region=village.definition.region.text,
        village=village.definition.village,
        rehearsal=village.definition.rehearsal,
        papers=papers,
        missing=0 if papers is None else papers - found,
        margin=village.result.ranking.margin,
        proposal=proposal,
        reason=reason,
        plan=plan,
        to_read=to_read,
        tenths=-(-10 * to_read // hourly),
        stations=tuple(
            StationShare(number, count, (20 * to_read * count + found) // (2 * found) if found else 0)
            for number, count in sorted(there.items())
        ),
    )


def plan_villages(villages: Sequence[PublishedVillage], limit: Fraction, pace: Pace) -> tuple[VillagePlan, ...]:
    """One plan per village, by region code. Raises ``RiskRefused`` for a village that is given twice."""
    codes = [village.definition.region.text for village in villages]
    repeated = sorted({code for code in codes if codes.count(code) > 1})
    if repeated:
        raise RiskRefused(
            f"Desa {repeated[0]} disebut lebih dari satu kali.", todo="Satu desa hanya dihitung satu kali."
        )
    plans = [plan_village(village, limit, pace) for village in villages]
    return tuple(sorted(plans, key=lambda plan: plan.region))
