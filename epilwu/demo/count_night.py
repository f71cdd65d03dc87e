"""The night: reports in, boards closed, three of five trustees open the sums, results signed and published."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from epilwu.demo.layout import Layout
from epilwu.demo.prepare import Ready
from epilwu.election.definition import Definition
from epilwu.media import published
from epilwu.tally.board import Counting
from epilwu.tally.database import migrate, open_database, sessions
from epilwu.tally.files import write_public
from epilwu.tally.intake import Intake
from epilwu.tally.prepare import KeyPair
from epilwu.tally.private_folders import read_key
from epilwu.tally.public_state import PaperCounts
from epilwu.tally.publish import publish, publish_for_auditors
from epilwu.tally.setup_folder import read_setup
from epilwu.tally.villages import import_setup
from epilwu.trust.certificates import Holder, Role
from epilwu.trustee import opening

ACTOR = "panitia (peragaan)"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Night:
    """The tally's evening at one village."""

    layout: Layout
    ready: Ready
    definition: Definition
    at: datetime
    executor: Executor
    say: Say

    @property
    def village(self) -> str:
        """The village's code."""
        return self.definition.region.text

    def count(self) -> sessionmaker[Session]:
        """From the stick with reports to signed results in the database."""
        factory = self._open()
        self._take_in(factory)
        counting = Counting(factory, ACTOR)
        counting.close_stations(self.village, at=self.at)
        self._open_sums(counting)
        counting.finish_stations(self.village, self._signer(), at=self.at)
        self.publish(factory)
        publish_for_auditors(factory, self.village, self.layout.auditors)
        return factory

    def publish(self, factory: sessionmaker[Session], paper: PaperCounts | None = None) -> None:
        """Write the public folder with the official record, and what the auditors counted on paper once they have."""
        publish(factory, self.village, self.layout.public, self._signer(), at=self.at, actor=ACTOR, paper=paper)

    def _signer(self) -> KeyPair:
        return read_key(self.layout.keys, Holder(Role.TALLY, self.village), self.ready.committee_passphrase)

    def _open(self) -> sessionmaker[Session]:
        self.layout.database.parent.mkdir(parents=True, exist_ok=True)
        engine = open_database(f"sqlite:///{self.layout.database}")
        migrate(engine)
        factory = sessions(engine)
        with factory.begin() as session:
            import_setup(session, read_setup(self.layout.setup), at=self.at, actor=ACTOR)
        return factory

    def _take_in(self, factory: sessionmaker[Session]) -> None:
        intake = Intake(factory, ACTOR, self.executor)
        for station in self.definition.stations:
            for booth in range(1, station.booths + 1):
                path = self.layout.medium / published.report_name(station.number, booth)
                receipt = intake.receive_report(path.read_bytes(), name=path.name, at=self.at)
                self.say(f"{path.name}: {receipt.ballots} surat suara, setiap bukti diperiksa")
            path = self.layout.medium / published.desk_book_name(station.number)
            intake.receive_desk_book(path.read_bytes(), name=path.name, at=self.at)

    def _open_sums(self, counting: Counting) -> None:
        """Boards go to the trustees on a stick; as many as are needed check each of them and open its sum."""
        boards = {}
        for station in self.definition.stations:
            boards[station.number] = self.layout.running / published.archive_name(station.uuid)
            write_public(boards[station.number], counting.archive(self.village, station.number))
        need, size = self.ready.rules.trustees_threshold.value, self.ready.rules.trustees.value
        self.layout.shares.mkdir(parents=True, exist_ok=True)
        for owner in list(range(1, size + 1, 2))[:need]:
            for number, board in boards.items():
                share = opening.decrypt(
                    self.layout.stick(owner),
                    board,
                    self.layout.shares,
                    self.ready.passphrases[owner - 1],
                    fewest_ballots=self.ready.rules.least_ballots_to_decrypt.value,
                    map_chunks=self.executor.map,
                )
                counting.receive_share(share.read_bytes(), name=share.name, at=self.at)
                self.say(f"pemegang kunci {owner}: papan TPS {number:02d} diperiksa, jumlahnya dibuka sebagian")
