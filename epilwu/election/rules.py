"""Rule packs: what holds in one regency from one date on, each rule with its source.

A pack is a TOML file whose bytes are hashed into the definition. ``basis`` and ``confirmed`` say how a rule may be
printed: only a confirmed rule on the basis "law" may be called law.
"""

from __future__ import annotations

import datetime
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources

from epilwu.election.errors import RegionRefused, RulePackRefused
from epilwu.election.region import RegionCode

LIMIT = 64 << 10
CIREBON_2023 = "cirebon-2023.toml"
_TODO = "Perbaiki berkas aturan atau pakai berkas aturan bawaan."
_ORIGIN = {"basis", "confirmed", "source"}


class Basis(StrEnum):
    """What a rule rests on."""

    LAW = "law"
    PRACTICE = "practice"
    SETTING = "setting"


class TieKind(StrEnum):
    """Ways known to decide between equal candidates."""

    LARGEST_STATION = "largest-station"
    STATIONS_WON = "stations-won"
    REVOTE = "revote"
    EDUCATION = "education"


class Scope(StrEnum):
    """For whom one key ceremony is held."""

    VILLAGE = "village"
    REGENCY = "regency"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a rule comes from, and whether it could be confirmed for this regency."""

    basis: Basis
    confirmed: bool
    source: str

    @property
    def is_law(self) -> bool:
        """Whether the rule may be printed as required by law."""
        return self.basis is Basis.LAW and self.confirmed


@dataclass(frozen=True, slots=True)
class Range:
    """From ``least`` to ``most``, both included."""

    least: int
    most: int
    origin: Origin

    def __contains__(self, number: object) -> bool:
        """Whether ``number`` lies in the range."""
        return isinstance(number, int) and self.least <= number <= self.most


@dataclass(frozen=True, slots=True)
class Limit:
    """One number with its source."""

    value: int
    origin: Origin


@dataclass(frozen=True, slots=True)
class DisputeRule:
    """A result may be disputed where margin / valid compares so with numerator / denominator."""

    numerator: int
    denominator: int
    inclusive: bool
    filing_days: int
    decision_days: int
    origin: Origin

    def applies(self, margin: int, valid: int) -> bool:
        """Compare in integers: margin x denominator against valid x numerator."""
        left, right = margin * self.denominator, valid * self.numerator
        return left <= right if self.inclusive else left < right


@dataclass(frozen=True, slots=True)
class TieRule:
    """One way to decide a tie."""

    kind: TieKind
    origin: Origin


@dataclass(frozen=True, slots=True)
class SeatRule:
    """A trustee's seat: what its holder is, and the ``camp`` whose seats are counted together."""

    title: str
    camp: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePack:
    """The rules of one regency. ``sha256`` is of the pack's bytes, in hex."""

    name: str
    regency: RegionCode
    valid_from: datetime.date
    candidates: Range
    candidates_midterm: Range
    voter_age: Limit
    ever_married_may_vote: bool
    station_voters: Limit
    winner: Origin
    dispute: DisputeRule
    ties: tuple[TieRule, ...]
    least_ballots_to_decrypt: Limit
    trustees_threshold: Limit
    trustees: Limit
    trustees_scope: Scope
    seats: tuple[SeatRule, ...]
    sha256: str

    @staticmethod
    def parse_toml(data: bytes, *, where: str = "aturan") -> RulePack:
        """Read a pack; raise ``RulePackRefused`` for a missing, extra or ill-formed rule or one without source."""
        if len(data) > LIMIT:
            raise RulePackRefused("Berkas aturan terlalu besar.", where=where, todo=_TODO)
        try:
            values = tomllib.loads(data.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise RulePackRefused("Berkas aturan bukan TOML yang terbaca.", where=where, todo=_TODO) from error
        return _Reader(where).pack(values, hashlib.sha256(data).hexdigest())


def load_rule_pack(name: str = CIREBON_2023) -> bytes:
    """The bytes of a pack shipped with the package."""
    return (resources.files("epilwu.election") / "rulepacks" / name).read_bytes()


def threshold_fault(threshold: int, camps: Sequence[str]) -> str | None:
    """What is wrong with ``threshold`` of trustees who sit in ``camps`` (one entry a seat), or None.

    More than half, so that any two groups able to open have a member in common, who refuses a second, different sum;
    and no camp with so many seats that it could open alone.
    """
    if not len(camps) < 2 * threshold <= 2 * len(camps):
        return f"ambang {threshold} dari {len(camps)} harus lebih dari separuh"
    for camp in dict.fromkeys(camps):
        if camps.count(camp) >= threshold:
            return f"kubu “{camp}” memegang {camps.count(camp)} kursi dan dapat membuka sendiri"
    return None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads a pack's tables strictly, naming file and rule in each refusal."""

    where: str

    def pack(self, values: Mapping[str, object], sha256: str) -> RulePack:
        tables = {
            "candidates": {"least", "most"},
            "candidates_midterm": {"least", "most"},
            "voter": {"least_age", "or_ever_married"},
            "winner": {"most_votes"},
            "station": {"most_voters"},
            "dispute": {"numerator", "denominator", "comparison", "filing_days", "decision_days"},
            "decryption": {"least_ballots"},
            "trustees": {"threshold", "size", "scope"},
        }
        self._exactly(values, {"version", "name", "regency", "valid_from", "tie", "seat", *tables}, "")
        rules = {name: self._rule(values[name], own, name) for name, own in tables.items()}
        if values["version"] != 1 or rules["winner"]["most_votes"] is not True:
            raise self._refuse("versi atau cara menentukan pemenang tidak dikenal", "version, winner")
        return RulePack(
            name=self._text(values["name"], "name"),
            regency=self._regency(values["regency"]),
            valid_from=self._date(values["valid_from"]),
            candidates=self._range(rules["candidates"], "candidates"),
            candidates_midterm=self._range(rules["candidates_midterm"], "candidates_midterm"),
            voter_age=self._limit(rules["voter"], "least_age", "voter"),
            ever_married_may_vote=self._flag(rules["voter"]["or_ever_married"], "voter"),
            station_voters=self._limit(rules["station"], "most_voters", "station"),
            winner=self._origin(rules["winner"], "winner"),
            dispute=self._dispute(rules["dispute"]),
            ties=self._ties(values["tie"]),
            least_ballots_to_decrypt=self._limit(rules["decryption"], "least_ballots", "decryption"),
            trustees_threshold=self._limit(rules["trustees"], "threshold", "trustees"),
            trustees=self._limit(rules["trustees"], "size", "trustees"),
            trustees_scope=self._scope(rules["trustees"]["scope"]),
            seats=self._seats(values["seat"], rules["trustees"]),
            sha256=sha256,
        )

    def _refuse(self, reason: str, rule: str) -> RulePackRefused:
        return RulePackRefused(f"Aturan “{rule}”: {reason}.", where=self.where, todo=_TODO)

    def _exactly(self, table: Mapping[str, object], names: set[str], rule: str) -> None:
        if set(table) != names:
            raise self._refuse(f"kurang atau berlebih: {', '.join(sorted(set(table) ^ names))}", rule or "berkas")

    def _rule(self, value: object, own: set[str], rule: str) -> Mapping[str, object]:
        if not isinstance(value, dict):
            raise self._refuse("bukan tabel", rule)
        self._exactly(value, own | _ORIGIN, rule)
        return value

    def _origin(self, table: Mapping[str, object], rule: str) -> Origin:
        basis = table["basis"]
        if not isinstance(basis, str) or basis not in {*Basis}:
            raise self._refuse("dasar tidak dikenal", rule)
        return Origin(Basis(basis), self._flag(table["confirmed"], rule), self._text(table["source"], rule))

    def _range(self, table: Mapping[str, object], rule: str) -> Range:
        least, most = self._number(table["least"], rule), self._number(table["most"], rule)
        if least > most:
            raise self._refuse("batas bawah melebihi batas atas", rule)
        return Range(least, most, self._origin(table, rule))

    def _limit(self, table: Mapping[str, object], name: str, rule: str) -> Limit:
        return Limit(self._number(table[name], rule), self._origin(table, rule))

    def _dispute(self, table: Mapping[str, object]) -> DisputeRule:
        numbers = [
            self._number(table[name], "dispute")
            for name in ("numerator", "denominator", "filing_days", "decision_days")
        ]
        numerator, denominator, filing_days, decision_days = numbers
        if table["comparison"] not in {"<", "<="} or numerator > denominator:
            raise self._refuse("perbandingan tidak dikenal", "dispute")
        origin = self._origin(table, "dispute")
        return DisputeRule(numerator, denominator, table["comparison"] == "<=", filing_days, decision_days, origin)

    def _ties(self, value: object) -> tuple[TieRule, ...]:
        if not isinstance(value, list):
            raise self._refuse("bukan daftar tabel", "tie")
        ties: list[TieRule] = []
        for item in value:
            table = self._rule(item, {"kind"}, "tie")
            kind = table["kind"]
            if not isinstance(kind, str) or kind not in {*TieKind} or any(tie.kind == kind for tie in ties):
                raise self._refuse("cara tidak dikenal atau berulang", "tie")
            ties.append(TieRule(TieKind(kind), self._origin(table, "tie")))
        return tuple(ties)

    def _scope(self, value: object) -> Scope:
        if not isinstance(value, str) or value not in {*Scope}:
            raise self._refuse("cakupan tidak dikenal", "trustees")
        return Scope(value)

    def _seats(self, value: object, trustees: Mapping[str, object]) -> tuple[SeatRule, ...]:
        """As many seats as trustees, no camp able to open by itself, no two disjoint groups able to open."""
        if not isinstance(value, list):
            raise self._refuse("bukan daftar tabel", "seat")
        seats: list[SeatRule] = []
        for item in value:
            table = self._rule(item, {"title", "camp"}, "seat")
            title, camp = self._text(table["title"], "seat"), self._text(table["camp"], "seat")
            seats.append(SeatRule(title, camp, self._origin(table, "seat")))
        threshold, size = self._number(trustees["threshold"], "trustees"), self._number(trustees["size"], "trustees")
        if len(seats) != size or len({seat.title for seat in seats}) != size:
            raise self._refuse(f"harus ada {size} kursi dengan nama berbeda", "seat")
        fault = threshold_fault(threshold, [seat.camp for seat in seats])
        if fault is not None:
            raise self._refuse(fault, "trustees")
        return tuple(seats)

    def _number(self, value: object, rule: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1_000_000:
            raise self._refuse("harus bilangan bulat mulai dari 1", rule)
        return value

    def _flag(self, value: object, rule: str) -> bool:
        if not isinstance(value, bool):
            raise self._refuse("harus true atau false", rule)
        return value

    def _text(self, value: object, rule: str) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self._refuse("tanpa sumber atau nama", rule)
        return value

    def _regency(self, value: object) -> RegionCode:
        try:
            code = RegionCode.parse(self._text(value, "regency"))
        except RegionRefused as error:
            raise self._refuse("bukan kode wilayah", "regency") from error
        if code.level != 2:
            raise self._refuse("bukan kode kabupaten", "regency")
        return code

    def _date(self, value: object) -> datetime.date:
        try:
            return datetime.date.fromisoformat(self._text(value, "valid_from"))
        except ValueError as error:
            raise self._refuse("bukan tanggal", "valid_from") from error
