"""What a key ceremony is for, fixed before it begins: the village (or regency), the seats, and how many open a sum.

The plan is one canonical JSON file (RFC 8785). Its fingerprint is read aloud and ticked; every stick keeps the plan,
and the seed on it is sealed under the plan's hash, so that keys made for one village cannot pass as another's.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from epilwu.election.errors import RegionRefused
from epilwu.election.region import RegionCode, load_regions
from epilwu.election.rules import RulePack, Scope, threshold_fault
from epilwu.trust.canonical import HEX_256, Json, Record, dumps
from epilwu.trust.errors import MalformedFile
from epilwu.trustee.errors import PlanRefused

NAME = "rencana.json"
LIMIT = 64 << 10
MAX_SEATS = 25
_SERIES = re.compile("[0-9a-f]{32}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SCOPES = {Scope.VILLAGE: (4, "setiap desa"), Scope.REGENCY: (2, "seluruh kabupaten")}
_TODO = "Susun rencana upacara kembali dari aturan kabupaten."
_FIELDS = (
    "date", "keep_until", "least_ballots", "number", "place", "region", "rehearsal", "rule_pack_sha256", "seats",
    "series", "threshold", "title", "version",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seat:
    """A key holder's seat: its ``index`` from 1, what the holder is, and the camp that it counts for."""

    index: int
    title: str
    camp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One ceremony. ``series`` (32 hex digits) stays through restarts, ``number`` counts them from 1.

    ``region`` is a village's code, or a regency's where one ceremony serves all its villages; ``place`` names it for
    people. ``date`` is the polling day and ``keep_until`` the first day on which keys may be destroyed (ISO 8601).
    """

    series: str
    number: int
    title: str
    date: str
    region: RegionCode
    place: str
    rehearsal: bool
    threshold: int
    seats: tuple[Seat, ...]
    least_ballots: int
    keep_until: str
    rule_pack_sha256: str

    @property
    def size(self) -> int:
        """How many key holders there are."""
        return len(self.seats)

    def seat(self, index: int) -> Seat:
        """The seat of that number; raise ``PlanRefused`` where there is none."""
        if not 1 <= index <= self.size:
            raise PlanRefused(f"Kursi {index} tidak ada dalam rencana ini.", todo=f"Pilih 1 sampai {self.size}.")
        return self.seats[index - 1]

    def following(self) -> Plan:
        """The plan of the ceremony held anew: the same but for its number."""
        return replace(self, number=self.number + 1)


def draw_plan(
    rules: RulePack,
    *,
    region: RegionCode,
    place: str,
    title: str,
    date: str,
    rehearsal: bool = False,
    titles: Sequence[str] = (),
) -> Plan:
    """A first plan by the rule pack's seats and threshold, with a fresh series.

    ``titles`` may name the seats anew, all of them and in order (which candidate's witness the lot has chosen);
    camps stay the pack's. Keys are kept for the pack's days of filing and deciding disputes after ``date``.
    Raises ``PlanRefused`` where region or titles do not fit the pack.
    """
    _refuse_unfit(rules, region, titles)
    names = titles or [rule.title for rule in rules.seats]
    seats = tuple(Seat(n, name, rule.camp) for n, (name, rule) in enumerate(zip(names, rules.seats, strict=True), 1))
    plan = Plan(
        series=secrets.token_hex(16),
        number=1,
        title=title,
        date=date,
        region=region,
        place=place,
        rehearsal=rehearsal,
        threshold=rules.trustees_threshold.value,
        seats=seats,
        least_ballots=rules.least_ballots_to_decrypt.value,
        keep_until=_keep_until(rules, date),
        rule_pack_sha256=rules.sha256,
    )
    return parse(serialise(plan))


def _refuse_unfit(rules: RulePack, region: RegionCode, titles: Sequence[str]) -> None:
    level, words = _SCOPES[rules.trustees_scope]
    if not rules.regency.contains(region) or region.level != level:
        raise PlanRefused(
            f"Wilayah ini tidak sesuai dengan aturan: satu upacara untuk {words}.",
            where=region.text,
            todo=f"Pakai wilayah di dalam {rules.regency.text}.",
        )
    if titles and len(titles) != len(rules.seats):
        raise PlanRefused(f"Harus ada {len(rules.seats)} nama kursi.", where="kursi", todo=_TODO)


def _keep_until(rules: RulePack, date: str) -> str:
    """The day after the last on which a dispute over the poll of ``date`` may be decided."""
    days = rules.dispute.filing_days + rules.dispute.decision_days
    try:
        return (datetime.date.fromisoformat(date) + datetime.timedelta(days=days + 1)).isoformat()
    except (ValueError, OverflowError) as error:
        raise PlanRefused("Tanggal pemungutan suara tidak terbaca.", where=date, todo="Contoh: 2027-10-17.") from error


def place_of(region: RegionCode) -> str:
    """How people call a village, or a regency, of the shipped table. Raises ``RegionRefused`` for one not in it."""
    table = load_regions()
    if region.level == 2 and region.text in table.names:
        return table.names[region.text]
    names = table.village(region)
    return f"Desa {names.village}, Kec. {names.district}, {names.regency}"


def serialise(plan: Plan) -> bytes:
    """The plan's bytes."""
    seats: list[Json] = [{"camp": seat.camp, "index": seat.index, "title": seat.title} for seat in plan.seats]
    return dumps(
        {
            "date": plan.date,
            "keep_until": plan.keep_until,
            "least_ballots": plan.least_ballots,
            "number": plan.number,
            "place": plan.place,
            "region": plan.region.text,
            "rehearsal": plan.rehearsal,
            "rule_pack_sha256": plan.rule_pack_sha256,
            "seats": seats,
            "series": plan.series,
            "threshold": plan.threshold,
            "title": plan.title,
            "version": 1,
        }
    )


def parse(data: bytes, *, where: str = NAME) -> Plan:
    """Read a plan strictly; raise ``PlanRefused`` for other bytes, for a threshold of half the seats or fewer, and for
    a camp that could open a sum by itself."""
    try:
        record = Record.parse(data, _FIELDS, limit=LIMIT, where=where)
        plan = Plan(
            series=record.matching("series", _SERIES),
            number=record.integer("number", 1, 99),
            title=record.line("title", 80),
            date=_day(record, "date"),
            region=RegionCode.parse(record.line("region", 13)),
            place=record.line("place", 120),
            rehearsal=record.flag("rehearsal"),
            threshold=record.integer("threshold", 1, MAX_SEATS),
            seats=record.items("seats", 1, MAX_SEATS, _seat),
            least_ballots=record.integer("least_ballots", 1, 1_000_000),
            keep_until=_day(record, "keep_until"),
            rule_pack_sha256=record.matching("rule_pack_sha256", HEX_256),
        )
    except (MalformedFile, RegionRefused) as error:
        raise PlanRefused(f"Rencana upacara tidak terbaca ({error.what})", where=where, todo=_TODO) from error
    if [seat.index for seat in plan.seats] != list(range(1, plan.size + 1)):
        raise PlanRefused("Nomor kursi tidak urut dari 1.", where=where, todo=_TODO)
    if len({seat.title for seat in plan.seats}) != plan.size:
        raise PlanRefused("Dua kursi bernama sama.", where=where, todo=_TODO)
    if plan.region.level not in {2, 4} or plan.keep_until <= plan.date:
        raise PlanRefused("Wilayah atau tanggal dalam rencana tidak masuk akal.", where=where, todo=_TODO)
    fault = threshold_fault(plan.threshold, [seat.camp for seat in plan.seats])
    if fault is not None:
        raise PlanRefused(f"Rencana ini tidak aman: {fault}.", where=where, todo=_TODO)
    return plan


def plan_hash(data: bytes) -> str:
    """SHA-256 of a plan's bytes in hex."""
    return hashlib.sha256(data).hexdigest()


def _seat(value: Json, where: str) -> Seat:
    record = Record.of(value, ("camp", "index", "title"), where)
    return Seat(record.integer("index", 1, MAX_SEATS), record.line("title", 60), record.line("camp", 40))


def _day(record: Record, name: str) -> str:
    text = record.matching(name, _DATE)
    try:
        datetime.date.fromisoformat(text)
    except ValueError as error:
        raise record.refuse(name, "bukan tanggal") from error
    return text
