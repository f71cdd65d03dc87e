"""From a package file to a booth that takes voters: the first opening, and every start after it.

The opening reads the package under the pinned root, counts the stored rows (any row stops it), prints the zero report
and only after people have confirmed it writes the journal's first entry. A later start compares both media, makes a
pending slip void and says whether the last vote is recorded. The keys come from ``officers.unlock``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from epilwu.booth import languages
from epilwu.booth.booth import Booth
from epilwu.booth.devices.errors import PrinterFault
from epilwu.booth.devices.printer import Printer
from epilwu.booth.errors import (
    BoothClosed,
    BoothNotEmpty,
    MediaDisagree,
    MediumRefused,
    OpeningRefused,
    OtherMachine,
    PrinterNotReady,
    SecondMediumGone,
    StoreRefused,
)
from epilwu.booth.ledger import Ledger
from epilwu.booth.machine import UNNAMED
from epilwu.booth.rows import Change, Counts, JournalRow, LastVote, Step, no_step
from epilwu.booth.second import Holding, SecondMedium
from epilwu.booth.setup import BoothSetup, Settings
from epilwu.booth.states import Cause, Halted, Idle
from epilwu.booth.store import Store
from epilwu.booth.voice import voice_fingerprint
from epilwu.media import booth_package
from epilwu.media.booth_package import BoothPackage
from epilwu.receipt.blocks import Layout
from epilwu.receipt.errors import ReceiptError
from epilwu.receipt.escpos import render
from epilwu.receipt.layout import OpeningFigures, audit_slip, opening_report
from epilwu.receipt.slip import SlipPayload, new_nonce, sign_slip
from epilwu.trust import journal
from epilwu.trust.journal import Entry, Opened, PauseReason, VoidReason, entry_hash, quarter_hour

PACKAGE_LIMIT = 64 << 20
ROOT_LIMIT = 8 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """The booth's surroundings: folders of both media, printer, clock, settings.

    ``clock`` gives an aware moment with the local zone; ``ticks`` seconds that never jump. ``hook`` is called before
    each step on a medium or device (tests cut the power there). ``same_device`` allows both media on one device, which
    protects nothing against its loss: for rehearsals and tests. ``new_second`` accepts an empty second medium in place
    of one that broke. ``device`` is this machine's number (``machine``).
    """

    folder: Path
    second: Path
    printer: Printer
    clock: Callable[[], datetime]
    settings: Settings = field(default_factory=Settings)
    ticks: Callable[[], float] = time.monotonic
    hook: Step = no_step
    same_device: bool = False
    new_second: bool = False
    device: str = UNNAMED


def read_package(package_file: Path, root_file: Path, *, at: datetime) -> BoothPackage:
    """Read and check the package under the root that the booth was given; its keys stay sealed.

    Raises ``MediumRefused`` where a file cannot be read, and what ``booth_package.read`` raises.
    """
    root_pem = read_bounded(root_file, ROOT_LIMIT, "Sertifikat akar")
    data = read_bounded(package_file, PACKAGE_LIMIT, "Paket bilik")
    return booth_package.read(data, root_pem, at, where=str(package_file))


def read_bounded(path: Path, limit: int, what: str) -> bytes:
    """The file's bytes; raise ``MediumRefused`` naming it where it is missing, unreadable or larger than ``limit``."""
    try:
        with path.open("rb") as source:
            data = source.read(limit + 1)
    except OSError as error:
        raise MediumRefused(
            f"{what} tidak dapat dibaca.",
            where=str(path),
            todo="Periksa apakah medianya terpasang dan nama berkasnya benar.",
        ) from error
    if len(data) > limit:
        raise MediumRefused(f"{what} terlalu besar.", where=str(path), todo="Pilih berkas yang benar.")
    return data


@dataclass(frozen=True, slots=True)
class Opening:
    """A booth that was counted and found empty. ``layout`` is its zero report, ``rows`` the entry that it names.

    Nothing stands in the journal before ``confirm``: an opening that is given up, or loses its power, begins anew.
    """

    setup: BoothSetup = field(repr=False)
    ledger: Ledger = field(repr=False)
    hall: Hall = field(repr=False)
    counts: Counts
    rows: tuple[JournalRow, ...]
    layout: Layout

    @property
    def head(self) -> str:
        """The journal's head as the zero report names it."""
        return entry_hash(self.rows[0].entry)

    def print(self) -> None:
        """Print the zero report (again); raise ``PrinterNotReady``."""
        print_report(self.hall, self.layout, copies=1)

    def confirm(self) -> Booth:
        """People have the signed paper in hand: write the journal's first entry, and take voters."""
        _check_empty(self.ledger)
        self.ledger.keep(Change(journal=self.rows))
        return _booth(self.setup, self.ledger, self.hall, Idle(), self.ledger.entries())


def start_booth(setup: BoothSetup, hall: Hall, *, only_opening: bool = False) -> Booth:
    """Open the booth if it was never opened, its zero report printed and taken as confirmed; else go on."""
    begun = begin(setup, hall, only_opening=only_opening)
    if isinstance(begun, Booth):
        return begun
    try:
        begun.print()
        return begun.confirm()
    except BaseException:
        begun.ledger.store.close()
        raise


def begin(setup: BoothSetup, hall: Hall, *, only_opening: bool = False) -> Booth | Opening:
    """An ``Opening`` where the booth was never opened, else the booth where it stopped (``only_opening``: refused).

    Raises ``BoothNotEmpty``, ``BoothClosed``, ``OpeningRefused``, ``LanguageRefused``, and what store and second
    medium raise.
    """
    check_folders(hall)
    check_languages(setup, hall.settings)
    if Store.exists(hall.folder):
        store = Store.open(hall.folder, setup.identity, step=hall.hook)
    else:
        _second(setup, hall).blank()  # a missing second medium must be known before anything is made
        store = Store.create(hall.folder, setup.identity, step=hall.hook)
    ledger = Ledger(setup, store, _second(setup, hall))
    try:
        if store.closed:
            raise _closed(store)
        if store.counts().journal:
            if only_opening:
                raise OpeningRefused("Bilik ini sudah dibuka.", where=str(hall.folder), todo="Jalankan serve.")
            return _continue(setup, ledger, hall)
        return _begin_opening(setup, ledger, hall)
    except BaseException:
        store.close()
        raise


def check_languages(setup: BoothSetup, settings: Settings) -> None:
    """Raise ``LanguageRefused`` where a language may not be on: before anything is written."""
    languages.switched_on(
        settings.languages, rehearsal=setup.definition.rehearsal, unchecked=settings.unchecked_languages
    )


def open_ledger(setup: BoothSetup, hall: Hall) -> Ledger:
    """Both media of a booth that was opened before, compared and completed: for closing and for a look at its state."""
    check_folders(hall)
    ledger = Ledger(setup, Store.open(hall.folder, setup.identity, step=hall.hook), _second(setup, hall))
    try:
        _compare(ledger, hall)
    except BaseException:
        ledger.store.close()
        raise
    return ledger


def _check_empty(ledger: Ledger) -> Counts:
    """The rows, counted now; any row stops the opening."""
    counts = ledger.store.counts()
    if not counts.empty:
        raise BoothNotEmpty(
            f"Penyimpanan bilik tidak kosong: {counts.ballots} surat suara, "
            f"{counts.slips_pending + counts.slips_cast + counts.slips_void} struk.",
            where=str(ledger.store.path),
            todo="Bilik tidak dibuka. Panggil pengawas.",
        )
    return counts


def _begin_opening(setup: BoothSetup, ledger: Ledger, hall: Hall) -> Opening:
    counts = _check_empty(ledger)
    _start_second(ledger)
    _try_every_slip(setup, hall.settings)
    opened = Opened(
        definition=setup.definition_hash,
        uuid=setup.election.uuid,
        station=setup.package.station,
        booth=setup.package.booth,
        certificate=setup.certificate.fingerprint,
        device=hall.device,
        at=quarter_hour(hall.clock()),
    )
    rows = ledger.draft([opened])
    layout = zero_report(setup, counts, entry_hash(rows[0].entry), hall.settings, device=hall.device)
    return Opening(setup, ledger, hall, counts, rows, layout)


def zero_report(setup: BoothSetup, counts: Counts, journal_head: str, settings: Settings, *, device: str) -> Layout:
    """The opening report with the rows that were counted; ``journal_head`` is that of the opening entry."""
    return opening_report(
        setup.place,
        uuid=setup.election.uuid,
        definition_hash=setup.definition_hash,
        figures=OpeningFigures(counts.ballots, counts.ballots, counts.slips_cast, counts.slips_void),
        candidates=[(candidate.ballot_number, candidate.name) for candidate in setup.definition.candidates],
        journal_head=journal_head,
        device_fingerprint=setup.certificate.fingerprint,
        device=device,
        signers=settings.signers,
        voice_fingerprint=voice_fingerprint(setup),
    )


def print_report(hall: Hall, layout: Layout, *, copies: int) -> None:
    """Print a report; raise ``PrinterNotReady`` where that fails."""
    data = render(layout, hall.settings.paper, hall.settings.paper_end)
    try:
        for _ in range(copies):
            hall.hook("print:begin")
            hall.printer.print(data)
            hall.hook("print:end")
    except PrinterFault as fault:
        raise PrinterNotReady(
            f"Laporan belum tercetak. {fault.what}", where=fault.where, todo=f"{fault.todo} Lalu ulangi perintah ini."
        ) from fault


def _continue(setup: BoothSetup, ledger: Ledger, hall: Hall) -> Booth:
    entries = _compare(ledger, hall)
    opened = entries[0].event
    if not isinstance(opened, Opened) or opened.definition != setup.definition_hash:
        raise StoreRefused(
            "Bilik ini dibuka dengan definisi pemilihan lain.", where=str(ledger.store.path), todo="Panggil pengawas."
        )
    check_machine(entries, ledger, hall)
    pending = bool(ledger.store.counts().slips_pending)
    if pending:
        _void_scrap(hall)
    last_vote = LastVote.NOT_RECORDED if pending else ledger.store.last_vote
    try:
        ledger.void_pending(VoidReason.POWER, journal.Restart(), last_vote=last_vote)
    except SecondMediumGone as error:
        return _booth(setup, ledger, hall, Halted(Cause.SECOND_MEDIUM, _told(last_vote), str(error)), entries)
    return _booth(setup, ledger, hall, Halted(_open_pause(entries), _told(last_vote)), entries)


def check_machine(entries: tuple[Entry, ...], ledger: Ledger, hall: Hall) -> None:
    """A medium that was moved into another machine goes on there only by taking over, which the books then show."""
    owner = journal.device_of(entries)
    if owner != hall.device:
        raise OtherMachine(
            f"Bilik ini dijalankan di perangkat {owner}; ini perangkat {hall.device}.",
            where=str(ledger.store.path),
            todo="Jalankan di perangkat itu, atau ambil alih bilik dengan dua petugas.",
        )


def _compare(ledger: Ledger, hall: Hall) -> tuple[Entry, ...]:
    """The journal, once each medium is whole in itself and both agree."""
    entries = ledger.check()
    if ledger.second.blank():
        if not hall.new_second:
            raise SecondMediumGone(
                "Media kedua kosong atau tidak terpasang.",
                where=str(hall.second),
                todo="Pasang media kedua bilik ini. Bila media itu rusak, dan bilik tidak diambil alih perangkat lain, "
                "mulai dengan pilihan --new-second.",
            )
        ledger.second.start()
    ledger.agree()
    return entries


def _start_second(ledger: Ledger) -> None:
    """A blank second medium is begun; one begun by an opening that broke off is taken; any other stops the opening."""
    if ledger.second.blank():
        ledger.second.start()
        return
    try:
        ledger.second.agree(Holding((), {}, {}))
    except MediaDisagree as error:
        raise BoothNotEmpty(
            f"Media kedua tidak kosong. {error.what}", where=error.where, todo="Bilik tidak dibuka. Panggil pengawas."
        ) from error


def _try_every_slip(setup: BoothSetup, settings: Settings) -> None:
    """Lay out a slip for each choice, so that no voter is the first to find that one cannot be printed."""
    for choice in range(len(setup.definition.candidates) + 1):
        if not setup.choices.allows(choice):
            continue
        payload = SlipPayload(setup.election.uuid, setup.package.booth, choice, new_nonce())
        try:
            slip = audit_slip(setup.place, sign_slip(payload, setup.device_key), setup.name_of(choice))
            render(slip, settings.paper, settings.paper_end)
        except ReceiptError as error:
            raise OpeningRefused(
                f"Struk untuk nomor {choice} tidak dapat dicetak. {error.what}",
                where=error.where,
                todo="Minta paket bilik yang baru dari panitia.",
            ) from error


def _void_scrap(hall: Hall) -> None:
    try:
        hall.printer.void_scrap()
    except PrinterFault:
        return  # no session starts before the printer is well, and it cuts the scrap off then


def _told(last_vote: LastVote) -> bool | None:
    return None if last_vote is LastVote.NONE else last_vote is LastVote.RECORDED


def _open_pause(entries: tuple[Entry, ...]) -> Cause:
    """Why the booth still waits after this start: the pause it was in, or only the start itself."""
    cause = Cause.RESTART
    for entry in entries:
        match entry.event:
            case journal.Paused(reason):
                cause = Cause.WRONG_SLIPS if reason is PauseReason.WRONG_SLIPS else Cause.OFFICER
            case journal.Resumed():
                cause = Cause.RESTART
    return cause


def _booth(setup: BoothSetup, ledger: Ledger, hall: Hall, state: Idle | Halted, entries: tuple[Entry, ...]) -> Booth:
    return Booth(
        setup, ledger, hall.printer, state, entries=entries, clock=hall.clock, settings=hall.settings,
        ticks=hall.ticks, hook=hall.hook,
    )  # fmt: skip


def _second(setup: BoothSetup, hall: Hall) -> SecondMedium:
    return SecondMedium(hall.second, setup.seal, step=hall.hook)


def check_folders(hall: Hall) -> None:
    """Raise ``MediumRefused`` or ``SecondMediumGone`` where a medium is not there, or is not one of its own."""
    if not hall.folder.is_dir():
        raise MediumRefused("Folder bilik tidak ada.", where=str(hall.folder), todo="Periksa media pertama.")
    if not hall.second.is_dir():
        raise SecondMediumGone("Folder media kedua tidak ada.", where=str(hall.second), todo="Pasang media kedua.")
    if not hall.same_device and hall.folder.stat().st_dev == hall.second.stat().st_dev:
        raise SecondMediumGone(
            "Media kedua tidak terpasang: foldernya berada di media pertama.",
            where=str(hall.second),
            todo="Pasang media kedua, lalu ulangi.",
        )


def _closed(store: Store) -> BoothClosed:
    return BoothClosed(
        "Bilik ini sudah ditutup dan tidak dapat dibuka lagi.",
        where=str(store.path),
        todo="Untuk mencetak laporan sekali lagi, pakai perintah tutup.",
    )
