"""From the scanned papers to the draw: what is fixed before the dice, the order after them, the risk paper by paper.

Pure. The papers that can be drawn are those that lie in the boxes and are in a booth's cast set: read from their QR, or
typed alike by two people where the QR could not be read. Every other paper that should exist is missing and counts
against the winner.

The margin tested. With W the winner's margin by the published count, S by the scanned papers and m papers missing, the
winner did not win only if the papers that are there overstate the margin by at least S - m (each missing paper may have
been a vote for another). Where count and paper agree but for missing papers, W - 2m says the same; where they do not,
the smaller of the two is taken. So V = min(W, S + m), and the contest over the papers that are there has V - 2m.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from epilwu.audit.case.errors import CaseRefused
from epilwu.audit.case.events import BoothRoot, Committed, OrderPrinted, RiskFigured
from epilwu.audit.case.evidence import Evidence
from epilwu.audit.case.state import Case
from epilwu.audit.risk.contest import Contest, parse_limit
from epilwu.audit.risk.decision import Decision, judge
from epilwu.audit.risk.martingale import start
from epilwu.audit.risk.overstatement import overstatement
from epilwu.audit.risk.plan import make_plan
from epilwu.audit.risk.sampler import Draw, draw_order, parse_village
from epilwu.audit.risk.wording import draw_lines
from epilwu.audit.scan.typed import code_of
from epilwu.audit.slips import SlipClass, SortedSlip, TypedFate
from epilwu.election.outcome import Ranking
from epilwu.election.rules import RulePack
from epilwu.media.published import VillageResult
from epilwu.media.station_report import register_root


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that can be drawn: its id, where it lies, the code printed on it, and what its QR (or hands) said."""

    id: bytes
    station: int
    place: str
    code: str
    choice: int


def drawable(evidence: Evidence) -> tuple[Paper, ...]:
    """Every paper that can be drawn, by id."""
    found: dict[bytes, Paper] = {}
    for number in sorted(evidence.scans):
        for slip in evidence.slips(number):
            identity, choice = _content(slip)
            if identity is not None and choice is not None:
                found.setdefault(identity, Paper(identity, number, slip.place, code_of(identity), choice))
    return tuple(paper for _, paper in sorted(found.items()))


def _content(slip: SortedSlip) -> tuple[bytes | None, int | None]:
    """Id and choice of a paper that can be drawn."""
    if slip.slip_class is SlipClass.COUNTED:
        return slip.id, slip.choice
    if slip.typed is not None and slip.typed.fate is TypedFate.KNOWN:
        return slip.typed.id, slip.typed.choice
    return None, None


def announced(evidence: Evidence) -> Ranking:
    """The standing of the published result. Raises the refusals of ``media`` for a file that contradicts itself."""
    material = evidence.material
    rules = RulePack.parse_toml(material.rules)
    return VillageResult.parse(material.result.data, rules=rules, where=material.result.path.name).ranking


def commitment(evidence: Evidence, limit: str) -> Committed:
    """What is fixed before the dice. Raises ``CaseRefused`` where no winner can be put to this test."""
    papers, ranking, handed = drawable(evidence), announced(evidence), _handed(evidence)
    if ranking.winner is None:
        todo = "Hitung semua struk dengan mata, lalu pakai aturan seri."
        raise CaseRefused("Hasil yang diumumkan seri: tidak ada pemenang yang dapat dikonfirmasi.", todo=todo)
    if len(papers) > handed or not handed:
        todo = "Jelaskan selisih pembukuan dahulu; hitung penuh tetap dapat diputuskan."
        raise CaseRefused(f"Di kotak ada {len(papers)} struk, padahal hanya {handed} token diserahkan.", todo=todo)
    scanned, missing = _margin(papers, ranking.winner), handed - len(papers)
    margin = min(ranking.margin, scanned + missing)
    contest = Contest(handed, margin).without(missing) if margin > 0 else None
    plan = None if contest is None else make_plan(contest, parse_limit(limit))
    found = "full_count" if plan is not None and plan.full_count else "sample"
    return Committed(
        roots=tuple(
            BoothRoot(station.station.number, booth, report.report.cast_root)
            for station in evidence.material.stations
            for booth, report in sorted(station.reports.items())
        ),
        listed=len(papers),
        list_root=register_root(paper.id for paper in papers),
        papers=handed,
        published=ranking.margin,
        scanned=scanned,
        margin=margin,
        missing=missing,
        winner=ranking.winner,
        limit=limit,
        betting=0 if plan is None else plan.betting,
        kaplan_markov=0 if plan is None else plan.kaplan_markov,
        proposal="cannot_be_confirmed" if plan is None else found,
    )


def _handed(evidence: Evidence) -> int:
    """N: the tokens handed out by the signed desk books."""
    total = 0
    for station in evidence.material.stations:
        if station.desk is None:
            what = (
                f"Buku meja TPS {station.station.number} tidak ada: banyaknya kertas yang seharusnya tidak diketahui."
            )
            raise CaseRefused(what, todo="Minta buku meja dari panitia, atau putuskan hitung penuh.")
        total += station.desk.tokens_handed
    return total


def _margin(papers: Sequence[Paper], winner: int) -> int:
    found = Counter(paper.choice for paper in papers)
    return found[winner] - max((count for choice, count in found.items() if choice not in {0, winner}), default=0)


def order_of(case: Case, papers: Iterable[Paper]) -> tuple[tuple[Draw, Paper], ...]:
    """Every paper in the order of the dice. Raises ``CaseRefused`` before they were thrown."""
    if case.dice is None:
        raise CaseRefused("Dadu belum dilempar.", todo="Catat dua puluh angka dadu dahulu.")
    by_id = {paper.id.hex(): paper for paper in papers}
    return tuple(
        (draw, by_id[draw.slip]) for draw in draw_order(case.dice.seed, parse_village(case.case.region), by_id)
    )


def order_text(case: Case, order: Sequence[tuple[Draw, Paper]]) -> bytes:
    """The whole order as ``epilwu audit sample`` writes it, so that anybody can compare."""
    assert case.dice is not None
    lines = draw_lines(case.dice.seed, parse_village(case.case.region), [draw for draw, _ in order])
    return "".join(f"{line}\n" for line in lines).encode()


def printed(case: Case, order: Sequence[tuple[Draw, Paper]], sha256: str) -> OrderPrinted:
    """The entry for the printed order."""
    return OrderPrinted(sha256, len(order))


class RiskTrack:
    """The running risk, paper by paper. Raises ``CaseRefused`` where the contest cannot be tested."""

    def __init__(self, committed: Committed, candidates: int) -> None:
        contest = None
        if committed.margin > 0:
            contest = Contest(committed.papers, committed.margin).without(committed.missing)
        if contest is None:
            raise CaseRefused("Pemenang tidak dapat dikonfirmasi dari kertas yang ada.")
        self._contest, self._candidates, self._winner = contest, candidates, committed.winner
        self._limit: Fraction = parse_limit(committed.limit)
        self._state, self._taken = start(contest), list[int]()

    def take(self, paper: Paper, text: int | None) -> int:
        """Take the next paper in, with what its text finally says (None: unreadable or missing); its overstatement."""
        value = overstatement(paper.choice, text, winner=self._winner, candidates=self._candidates)
        self._taken.append(value)
        self._state = self._state.after(value)
        return value

    def figures(self, paper: Paper) -> RiskFigured:
        """The figures after the paper that was taken last."""
        found = judge(self._contest, self._state, self._taken, self._limit)
        return RiskFigured(
            draw=len(self._taken),
            code=paper.choice,
            overstatement=self._taken[-1],
            betting=written(found.p_betting),
            kaplan_markov=written(found.p_kaplan_markov),
            decision=str(found.decision),
        )


def pending_risks(case: Case, order: Sequence[tuple[Draw, Paper]]) -> Iterator[RiskFigured]:
    """Figures that the readings allow and the record does not hold yet."""
    known = len(case.risks)
    if case.committed is None or case.readings.final(known + 1) is None:
        return
    track = RiskTrack(case.committed, case.case.candidates)
    for number, (_, paper) in enumerate(order, 1):
        final = case.readings.final(number)
        if final is None:
            return
        track.take(paper, final.choice)
        if number > known:
            yield track.figures(paper)


def written(p: float) -> str:
    """A risk from 0 to 1 as the record has it: seventeen decimals at most, never in another form for the same float."""
    text = format(p, ".17f").rstrip("0").rstrip(".")
    return text or "0"


def decided(case: Case) -> Decision | None:
    """What the newest figures say; None before the first."""
    return None if case.last_risk is None else Decision(case.last_risk.decision)
