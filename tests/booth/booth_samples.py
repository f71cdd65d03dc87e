"""A whole small election for the booth's tests: real keys, real package; and a printer that is a list of papers."""

from __future__ import annotations

import functools
import os
import tempfile
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.booth.booth import Booth
from epilwu.booth.devices.errors import PrinterFault, PrinterState
from epilwu.booth.devices.printer import Printed
from epilwu.booth.opening import Hall, start_booth
from epilwu.booth.rows import Step, no_step
from epilwu.booth.setup import BoothSetup, Settings, from_package
from epilwu.election.definition import Candidate, Definition, Station, definition_hash, serialise
from epilwu.election.region import RegionCode
from epilwu.media import booth_package, officers
from epilwu.media.booth_keys import BoothKeys, seal_booth_keys
from epilwu.media.booth_package import BoothPackage, open_booth_keys
from epilwu.protocol import pedersen
from epilwu.protocol.credential import Token, derive, serialise_credentials
from epilwu.protocol.sealing import new_seed
from epilwu.protocol.station import station_election
from epilwu.protocol.trustees import parse_trustees, serialise_trustees
from epilwu.trust import keyfile
from epilwu.trust.certificates import WESTERN_TIME, Holder, Role, create_root, issue
from epilwu.trust.pin import new_pin

REGION = "32.09.07.2007"
UUID = "1EPiLwUBiLik1T"
OFFICERS = ("Ketua KPPS", "Anggota KPPS 2", "Anggota KPPS 3")
PINS = {number: new_pin() for number in (1, 2, 3)}
TWO = {1: PINS[1], 3: PINS[3]}
CODE = PINS[1]
MORNING = datetime(2023, 10, 22, 7, 3, tzinfo=WESTERN_TIME)
AFTERNOON = datetime(2023, 10, 22, 13, 40, tzinfo=WESTERN_TIME)
NAMES = ("Calon Satu", "Calon Dua", "Calon Tiga Bernama Panjang Sekali", "Calon Empat", "Calon Lima")


@dataclass(frozen=True, slots=True)
class Village:
    """A package with all that stands around it. ``tokens`` are booth 1's, ``others`` booth 2's of the station."""

    root_pem: bytes
    committee_key: Ed25519PrivateKey
    committee_pem: bytes
    package: BoothPackage
    package_bytes: bytes
    tokens: tuple[Token, ...]
    others: tuple[Token, ...]
    setup: BoothSetup


def ceremony(size: int = 3, threshold: int = 2) -> bytes:
    """A trustees' ceremony, as ``trustees.json``."""
    seeds = [new_seed() for _ in range(size)]
    messages = [
        pedersen.make_certificate(seed, index=index, threshold=threshold, size=size)
        for index, seed in enumerate(seeds, 1)
    ]
    certificates = pedersen.read_certificates(messages)
    dealings = pedersen.read_dealings(certificates, [pedersen.deal(seed, certificates) for seed in seeds])
    letters = pedersen.route(certificates, dealings)
    outputs = [pedersen.accept(seed, certificates, letter) for seed, letter in zip(seeds, letters, strict=True)]
    return serialise_trustees([pedersen.assemble(certificates, dealings, outputs)])


def make_village(
    *, candidates: int = 5, blank: bool = True, rehearsal: bool = False, tokens: int = 40, day: datetime = MORNING
) -> Village:
    """Prepare one station's booth 1 of 2, for an election on ``day``."""
    definition = Definition(
        rehearsal=rehearsal,
        title="Pemilihan Kuwu 2023",
        date=day.date().isoformat(),
        region=RegionCode(REGION),
        village="Lemahabang",
        district="Lemahabang",
        regency="Kabupaten Cirebon",
        blank=blank,
        candidates=tuple(Candidate(ballot_number=i, name=NAMES[i - 1]) for i in range(1, candidates + 1)),
        stations=(Station(number=1, uuid=UUID, booths=2),),
        rule_pack_sha256="ab" * 32,
        close_not_before="13:00",
    )
    not_before, not_after = day - timedelta(days=30), day + timedelta(days=30)
    root_key, root_pem = create_root("Kabupaten Cirebon (uji)", not_before, not_after)
    committee_key, device_key = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    committee_pem = issue(
        root_key, root_pem, committee_key.public_key(), Holder(Role.COMMITTEE, REGION), not_before, not_after
    )
    holder = Holder(Role.BOOTH, REGION, 1, 1)
    device_pem = issue(root_key, root_pem, device_key.public_key(), holder, not_before, not_after)
    own, others = (tuple(Token.generate() for _ in range(tokens)) for _ in range(2))
    trustees = ceremony()
    raw = serialise(definition)
    key = parse_trustees(trustees).public_key
    package = BoothPackage(
        definition=raw,
        election=station_election(definition, definition_hash(raw), 1, key),
        trustees=trustees,
        credentials=serialise_credentials(derive(token, UUID).public_hex for token in (*own, *others)),
        booth_credentials=serialise_credentials(derive(token, UUID).public_hex for token in own),
        station=1,
        booth=1,
        root_pem=root_pem,
        certificate_pem=device_pem,
        officers=officers.serialise(OFFICERS),
        sealed_keys=seal_booth_keys(BoothKeys(device_key, b"r" * 32), PINS, holder, cost=keyfile.CHEAPEST),
    )
    data = booth_package.write(package, committee_key, committee_pem)
    setup = from_package(booth_package.read(data, root_pem, definition.day), open_booth_keys(package, TWO))
    return Village(root_pem, committee_key, committee_pem, package, data, own, others, setup)


@functools.cache
def village() -> Village:
    """One village for all tests that only vote in it."""
    return make_village()


class PaperTray:
    """A printer in memory: keeps whole papers; ``state`` is what a person can do to it.

    ``jam_after`` breaks the job that comes after so many papers, once.
    """

    def __init__(self) -> None:
        self.state = PrinterState.READY
        self.papers: list[bytes] = []
        self.scraps_voided = 0
        self.jam_next = False

    @property
    def stands_in(self) -> bool:
        return False

    def prepare(self) -> PrinterState:
        if not self.state.can_print:
            raise PrinterFault(self.state)
        return self.state

    def status(self) -> PrinterState:
        return self.state

    def print(self, data: bytes) -> Printed:
        self.prepare()
        if self.jam_next:
            self.jam_next = False
            raise PrinterFault(PrinterState.ERROR)
        self.papers.append(data)
        return Printed.CONFIRMED

    def void_scrap(self) -> None:
        self.scraps_voided += 1
        self.prepare()

    def close(self) -> None:
        return None


@dataclass(slots=True)
class Polling:
    """A booth on two folders, with a hand on everything around it. ``now`` is seconds that never jump."""

    base: Path
    village: Village
    tray: PaperTray = field(default_factory=PaperTray)
    settings: Settings = field(default_factory=Settings)
    moment: datetime = MORNING
    now: float = 0.0
    hook: Step = no_step
    device: str = "UJI-A"

    def __post_init__(self) -> None:
        self.first.mkdir(parents=True, exist_ok=True)
        self.second.mkdir(parents=True, exist_ok=True)

    @property
    def first(self) -> Path:
        return self.base / "media-1"

    @property
    def second(self) -> Path:
        return self.base / "media-2"

    def hall(self, **changes: object) -> Hall:
        hall = Hall(
            folder=self.first,
            second=self.second,
            printer=self.tray,
            clock=lambda: self.moment,
            settings=self.settings,
            ticks=lambda: self.now,
            hook=lambda name: self.hook(name),  # noqa: PLW0108 - tests change the hook later
            same_device=True,
            device=self.device,
        )
        return replace(hall, **changes)  # type: ignore[arg-type]

    def start(self) -> Booth:
        return start_booth(self.village.setup, self.hall())


def vote(booth: Booth, token: Token, choice: int) -> None:
    """A voter who finds everything right."""
    booth.scan(token.text)
    booth.choose(choice)
    booth.confirm()
    booth.print_slip()
    booth.slip_right()
    booth.finish()


def stop(booth: Booth) -> None:
    """What a power cut does to the process: its file handles go, nothing else happens."""
    booth.ledger.store.close()


def temporary() -> tempfile.TemporaryDirectory[str]:
    """A folder in memory where there is one: many small synced writes, whose durability a test cannot see anyway."""
    memory = Path("/dev/shm")
    return tempfile.TemporaryDirectory(prefix="bilik-", dir=memory if os.access(memory, os.W_OK) else None)
