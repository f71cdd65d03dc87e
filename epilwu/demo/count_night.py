"""The night: reports in, boards closed, three of five trustees open the sums, results signed and published."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from epilwu.audit import verifier_file
from epilwu.demo.errors import DemoBroken
from epilwu.demo.layout import Layout
from epilwu.demo.prepare import Ready
from epilwu.disk import write_public
from epilwu.election.definition import Definition
from epilwu.media import published
from epilwu.media.paper_counts import PaperCounts
from epilwu.tally.board import Counting
from epilwu.tally.database import migrate, open_database, sessions
from epilwu.tally.intake import Intake
from epilwu.tally.prepare import KeyPair
from epilwu.tally.private_folders import read_key
from epilwu.tally.publish import publish, publish_for_auditors
from epilwu.tally.setup_folder import read_setup
from epilwu.tally.villages import import_setup
from epilwu.trust.certificates import Holder, Role
from epilwu.trustee import night, opening
from epilwu.trustee.verifier import Verifier

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
        return factory

    def publish(self, factory: sessionmaker[Session], paper: PaperCounts | None = None) -> None:
        """Write the public folder with the official record, and what the auditors counted on paper once they have."""
        publish(factory, self.village, self.layout.public, self._signer(), at=self.at, actor=ACTOR, paper=paper)
        publish_for_auditors(factory, self.village, self.layout.auditors, at=self.at, actor=ACTOR)

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
        """Boards go to the trustees on a stick; the published verifier checks each, as many as are needed open them."""
        boards, numbers = self.layout.running, {}
        for station in self.definition.stations:
            numbers[station.uuid] = station.number
            write_public(boards / published.archive_name(station.uuid), counting.archive(self.village, station.number))
        write_public(boards / published.DEFINITION, (self.layout.setup / published.DEFINITION).read_bytes())
        write_public(boards / verifier_file.NAME, verifier_file.build())
        taken = night.take(boards, Verifier(boards / verifier_file.NAME), say=self._say_verified)
        self.layout.shares.mkdir(parents=True, exist_ok=True)
        for owner in list(range(1, self.ready.plan.size + 1, 2))[: self.ready.plan.threshold]:
            stick, words = self.layout.stick(owner), self.ready.passphrases[owner - 1]
            for opened in opening.open_sums(stick, words, night.verified(taken), self.layout.shares):
                if opened.share is None:
                    raise DemoBroken("Pemegang kunci menolak sebuah papan.", where=str(opened.problem))
                counting.receive_share(opened.share.read_bytes(), name=opened.share.name, at=self.at)
                number = numbers[opened.board.election.uuid]
                self.say(f"pemegang kunci {owner}: jumlah TPS {number:02d} dibuka sebagian")

    def _say_verified(self, taken: night.Taken) -> None:
        if taken.board is None:
            raise DemoBroken("Pemeriksa menolak sebuah papan.", where=str(taken.problem))
        self.say(f"papan {taken.board.name} diperiksa seluruhnya: {taken.board.ballots} surat suara")
