"""The martingale once more, straight from the papers' formulas in fractions; and signed public folders of villages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from media.media_samples import Signer, authority, certified, definition

from epilwu.election import definition as definitions
from epilwu.election.balance import StationBooks
from epilwu.election.definition import Station
from epilwu.election.outcome import Counts
from epilwu.election.region import RegionCode
from epilwu.media import published
from epilwu.media.published import Books, Context, StationResult, VillageResult, station_lines
from epilwu.trust.certificates import Holder, Role
from epilwu.trust.envelope import sign_detached

FIVE = Fraction(1, 20)
GAMMA = Fraction("1.03905")


@dataclass(frozen=True)
class Reference:
    """T after a draw, and whether the hypothesis has become impossible."""

    value: Fraction
    impossible: bool


def reference(
    papers: int, margin: int, overstatements: Sequence[int], *, peeking: bool = False, capped: bool = True
) -> Iterator[Reference]:
    """T by draw. ``peeking`` puts the draw itself into m_j, not ``capped`` lets the bet stand: both known mistakes."""
    share = Fraction(margin, papers)
    total, value = Fraction(0), Fraction(1)
    for number, overstatement in enumerate(overstatements, 1):
        worth = (1 - Fraction(overstatement, 2)) / (2 - share)
        mean = (Fraction(papers, 2) - total - (worth if peeking else 0)) / (papers - number + 1)
        if mean >= 0:
            bet = 2 / GAMMA
            if capped and mean > 0:
                bet = min(bet, 1 / mean)
            value *= 1 + bet * (worth - mean)
        total += worth
        yield Reference(value, total > Fraction(papers, 2))


@dataclass(frozen=True)
class SampleStation:
    """What one station of a sample village has."""

    counts: Counts
    books: StationBooks


def station(
    votes: tuple[int, ...], handed: int | None, *, cast: int | None = None, counted: int | None = None
) -> SampleStation:
    return SampleStation(Counts(votes), StationBooks(tokens_handed=handed, slips_cast=cast, slips_counted=counted))


def write_village(
    folder: Path,
    stations: Sequence[SampleStation],
    *,
    region: str = "32.09.07.2007",
    reported: int | None = None,
    tally: Signer | None = None,
    books_of: str | None = None,
) -> Path:
    """A public folder as far as a plan reads it; ``reported`` stations only, signed by ``tally``, books of a region."""
    numbered = list(enumerate(stations, 1))
    parsed = replace(
        definitions.parse(definition()),
        region=RegionCode(region),
        stations=tuple(Station(number=n, uuid=f"{n}" * 14, booths=1) for n, _ in numbered),
    )
    data = definitions.serialise(parsed)
    facts = {"definition_hash": definitions.definition_hash(data), "region": region, "rehearsal": False}
    results = [
        StationResult(
            **facts,  # type: ignore[arg-type]
            uuid=parsed.station(number).uuid,
            station=number,
            counts=sample.counts,
            archive_sha256="01" * 32,
            decryption_sha256="02" * 32,
            encrypted_tally="03" * 32,
        )
        for number, sample in numbered[:reported]
    ]
    village = VillageResult(
        **facts,  # type: ignore[arg-type]
        rule_pack_sha256="ab" * 32,
        stations_expected=len(stations),
        stations=station_lines([(r, hashlib.sha256(r.serialise()).hexdigest(), None) for r in results]),
        disputed=False,
    )
    books = Books(
        **{**facts, "region": books_of or region},  # type: ignore[arg-type]
        stations=tuple((number, sample.books) for number, sample in numbered),
    )
    committee = certified(Holder(Role.COMMITTEE, region))
    server = tally or certified(Holder(Role.TALLY, region))
    folder.mkdir(parents=True)
    (folder / published.ROOT).write_bytes(authority().root)
    _write(folder, published.DEFINITION, data, Context.DEFINITION, committee)
    _write(folder, published.RESULT, village.serialise(), Context.RESULT, server)
    _write(folder, published.BOOKS, books.serialise(), Context.BOOKS, server)
    return folder


def _write(folder: Path, name: str, data: bytes, context: Context, signer: Signer) -> None:
    (folder / name).write_bytes(data)
    signature = sign_detached(context, data, signer.key, signer.pem)
    (folder / published.signature_name(name)).write_bytes(signature)
