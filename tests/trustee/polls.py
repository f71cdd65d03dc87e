"""Stations of the hall's village: boards with their definition beside them, as the panitia brings them on a stick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hall import VILLAGE, Hall
from village_table import Station

from epilwu.election.definition import Candidate, Definition, definition_hash, serialise
from epilwu.election.definition import Station as DefinedStation
from epilwu.election.region import RegionCode
from epilwu.protocol.ballot import BeleniosElection, choice_vector, make_ballot, tracker
from epilwu.protocol.credential import Token, derive, new_uuid
from epilwu.protocol.station import station_election
from epilwu.protocol.tally import parse_share, serialise_share
from epilwu.protocol.trustees import TrusteeSet
from epilwu.trustee import evening
from epilwu.trustee.board import Board

VOTES = (1, 1, 2, 0, 3, 1, 2, 1, 1, 3)
COUNTS = (1, 5, 2, 2)


@dataclass(frozen=True)
class Poll:
    """``folder`` holds the boards of ``stations`` and the definition."""

    folder: Path
    stations: tuple[Station, ...]
    trustees: TrusteeSet


def poll(
    hall: Hall,
    folder: Path,
    *,
    stations: int = 1,
    votes: Sequence[int] = VOTES,
    region: str = VILLAGE,
    rehearsal: bool = False,
) -> Poll:
    """Boards of ``stations`` with the same ``votes`` each, under the hall's key."""
    folder.mkdir(parents=True, exist_ok=True)
    trustees = evening.confirmed(hall.public)
    definition = Definition(
        rehearsal=rehearsal,
        title="Pemilihan Kuwu 2023",
        date="2023-10-22",
        region=RegionCode(region),
        village="Lemahabang",
        district="Lemahabang",
        regency="Cirebon",
        blank=True,
        candidates=tuple(Candidate(ballot_number=n, name=f"Calon {n}") for n in (1, 2, 3)),
        stations=tuple(DefinedStation(number=n, uuid=new_uuid(), booths=2) for n in range(1, stations + 1)),
        rule_pack_sha256="0" * 64,
        close_not_before="13:00",
    )
    data = serialise(definition)
    (folder / "definition.json").write_bytes(data)
    polled = []
    for defined in definition.stations:
        raw = station_election(definition, definition_hash(data), defined.number, trustees.public_key)
        election = BeleniosElection.parse(raw)
        voters = [derive(Token.generate(), election.uuid) for _ in votes]
        cast = (
            make_ballot(election, voter, choice_vector(election.question, choice))
            for voter, choice in zip(voters, votes, strict=True)
        )
        ballots = sorted(cast, key=tracker)
        polled.append(Station(trustees.data, election, voters, ballots))
        polled[-1].board(folder / f"{election.uuid}.bel")
    return Poll(folder, tuple(polled), trustees)


def spoil(board: Board, path: Path) -> None:
    """A share whose form is right and whose proofs are not: the answers of two proofs exchanged."""
    share = parse_share(board.election, board.tally, path.read_bytes())
    path.write_bytes(serialise_share(board.election, board.tally, replace(share, proofs=share.proofs[::-1])))
