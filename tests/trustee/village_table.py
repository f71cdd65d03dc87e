"""A table with five key holders' sticks, a station's board, and everything that can be laid on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from epilwu.protocol.archive import ArchiveWriter
from epilwu.protocol.ballot import (
    BeleniosElection,
    Question,
    choice_vector,
    make_ballot,
    serialise_election,
    tracker,
    verify_ballot,
)
from epilwu.protocol.credential import Credential, Token, derive, new_uuid, serialise_credentials
from epilwu.protocol.group import Element
from epilwu.protocol.tally import EncryptedTally, sum_ballots
from epilwu.trust.keyfile import CHEAPEST
from epilwu.trustee import ceremony
from epilwu.trustee.ceremony import Ceremony

THRESHOLD, SIZE = 3, 5
DEFINITION_HASH = "ab" * 32


def passphrase(index: int) -> str:
    return f"kata sandi nomor {index}"


@dataclass(frozen=True)
class Table:
    """``sticks`` in order; ``public`` the shared folder."""

    sticks: tuple[Path, ...]
    public: Path

    def seat(self, index: int) -> Ceremony:
        return Ceremony(self.sticks[index - 1], self.public)

    def certificate(self, index: int) -> None:
        ceremony.certificate(
            self.seat(index), passphrase(index), index=index, threshold=THRESHOLD, size=SIZE, cost=CHEAPEST
        )

    def certificates(self) -> None:
        for index in range(1, SIZE + 1):
            self.certificate(index)

    def deal(self, index: int) -> str:
        return ceremony.deal(self.seat(index), passphrase(index))

    def deals(self) -> None:
        for index in range(1, SIZE + 1):
            self.deal(index)

    def accept(self, index: int) -> None:
        ceremony.accept(self.seat(index), passphrase(index))

    def accepts(self) -> None:
        for index in range(1, SIZE + 1):
            self.accept(index)

    def hold(self) -> bytes:
        """The whole ceremony; ``trustees.json``."""
        self.certificates()
        self.deals()
        self.accepts()
        data = ceremony.assemble(self.public)
        for index in range(1, SIZE + 1):
            ceremony.confirm(self.seat(index))
        return data


def lay(folder: Path) -> Table:
    """An empty table in ``folder``."""
    sticks = tuple(folder / f"diska-{index}" for index in range(1, SIZE + 1))
    for path in (*sticks, folder / "bersama"):
        path.mkdir()
    return Table(sticks, folder / "bersama")


@dataclass
class Station:
    """A station whose board is written by hand, so that every wrong board can be."""

    trustees: bytes
    election: BeleniosElection
    voters: list[Credential]
    ballots: list[bytes]

    def tally(self) -> EncryptedTally:
        return sum_ballots(self.election, (verify_ballot(self.election, b).choices for b in self.ballots))

    def board(self, path: Path, *, tally: EncryptedTally | None = None, counted: int | None = None) -> Path:
        """The board up to its encrypted tally, its ballots sorted as every board's."""
        with path.open("w+b") as target:
            writer = ArchiveWriter.create(target, 1_697_900_000)
            listed = serialise_credentials(voter.public_hex for voter in self.voters)
            writer.setup(self.election.data, self.trustees, listed)
            for ballot in sorted(self.ballots, key=tracker):
                writer.ballot(ballot)
            writer.end_ballots()
            writer.encrypted_tally((tally or self.tally()).data, len(self.ballots) if counted is None else counted)
        return path


def station(trustees: bytes, key: Element, votes: list[int], *, description: str | None = None) -> Station:
    """A station of three candidates and blank where ``votes`` were cast (0 is blank)."""
    asked = Question("Pilih satu calon kuwu", ("1. Ani", "2. Budi", "3. Cici"), True)
    election = BeleniosElection.parse(
        serialise_election(
            name="Contoh TPS 01",
            description=f"E-Pilwu 1 sha256:{DEFINITION_HASH}" if description is None else description,
            public_key=key,
            question=asked,
            uuid=new_uuid(),
        )
    )
    voters = [derive(Token.generate(), election.uuid) for _ in votes]
    ballots = [make_ballot(election, v, choice_vector(asked, c)) for v, c in zip(voters, votes, strict=True)]
    return Station(trustees, election, voters, ballots)
