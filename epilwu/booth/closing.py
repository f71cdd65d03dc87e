"""The end of a booth's day: closing entry, closing report on paper, station report on a medium, read back and verified.

Each step can be done again until all have succeeded (no paper, no medium): the closing entry is written once, and the
report made from the same rows has the same bytes and the same code on paper. A closed booth never opens again.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from epilwu.booth import files
from epilwu.booth.booth import Booth
from epilwu.booth.errors import ClosingRefused, MediumRefused, NotNow
from epilwu.booth.ledger import Ledger
from epilwu.booth.opening import Hall, check_machine, print_report, read_bounded
from epilwu.booth.rows import SlipState
from epilwu.booth.setup import BoothSetup
from epilwu.booth.states import Closed, VoterPresent
from epilwu.election.definition import Definition
from epilwu.errors import EpilwuError
from epilwu.media import station_report
from epilwu.media.published import report_name
from epilwu.media.station_report import StationReport
from epilwu.receipt.layout import closing_report
from epilwu.receipt.report_code import sign_report
from epilwu.trust.journal import VoidReason, quarter_hour

REPORT_LIMIT = 256 << 20
_ZONES = {7: "WIB", 8: "WITA", 9: "WIT"}


def close_booth(booth: Booth, hall: Hall, medium: Path, *, copies: int = 1, early: bool = False) -> Path:
    """Close a running booth in which nobody is voting; see ``close``."""
    with booth.lock:
        if isinstance(booth.state, VoterPresent):
            raise NotNow("Masih ada pemilih di bilik.", todo="Tunggu sampai selesai, atau akhiri sesinya.")
        shut(booth.setup, booth.ledger, hall, VoidReason.ENDED, early=early)
        if not isinstance(booth.state, Closed):
            booth.shut()
        return hand_over(booth.setup, booth.ledger, hall, medium, copies=copies)


def close(setup: BoothSetup, ledger: Ledger, hall: Hall, medium: Path, *, copies: int = 1, early: bool = False) -> Path:
    """Close the booth, print the closing report, write the station report into ``medium``; return its path.

    May be repeated after a failure. Raises ``ClosingRefused`` before the hour (unless ``early``), ``PrinterNotReady``,
    ``MediumRefused``.
    """
    shut(setup, ledger, hall, VoidReason.POWER, early=early)
    return hand_over(setup, ledger, hall, medium, copies=copies)


def shut(setup: BoothSetup, ledger: Ledger, hall: Hall, reason: VoidReason, *, early: bool = False) -> None:
    """Write the closing entry, unless it stands already; a slip still pending becomes void for ``reason``."""
    ledger.agree()
    if ledger.store.closed:
        return
    if not ledger.store.counts().journal:
        raise ClosingRefused("Bilik ini belum pernah dibuka.", where=str(hall.folder), todo="Buka bilik lebih dahulu.")
    check_machine(ledger.entries(), ledger, hall)
    now = hall.clock()
    earliest = setup.definition.close_not_before
    if not early and not is_time(setup.definition, now):
        raise ClosingRefused(
            f"Bilik belum boleh ditutup sebelum pukul {earliest.replace(':', '.')}.",
            todo="Tunggu sampai waktunya, atau tutup lebih awal dengan keputusan dua petugas.",
        )
    ledger.void_pending(reason)
    ledger.close(quarter_hour(now))


def is_time(definition: Definition, now: datetime) -> bool:
    """Whether the hour of closing that the definition names has come."""
    return (now.date().isoformat(), now.strftime("%H:%M")) >= (definition.date, definition.close_not_before)


def hand_over(setup: BoothSetup, ledger: Ledger, hall: Hall, medium: Path, *, copies: int) -> Path:
    """Print the closing report of a closed booth and write its station report."""
    report = build_report(setup, ledger)
    code = sign_report(report.report.on_paper(), setup.device_key)
    layout = closing_report(
        setup.place, code, closed_at=_on_paper(report.report.closed_at), signers=hall.settings.signers
    )
    print_report(hall, layout, copies=copies)
    return write_report(setup, report, medium, hall)


def build_report(setup: BoothSetup, ledger: Ledger) -> StationReport:
    """The station report from the stored rows, every figure computed from them."""
    ledger.check()
    return station_report.build(
        setup.package.certificate_pem,
        setup.holder,
        setup.certificate.public_key,
        ledger.lines(),
        [row.data for row in ledger.store.ballots()],
        ledger.slip_ids(SlipState.CAST),
        ledger.slip_ids(SlipState.VOID),
        rehearsal=setup.definition.rehearsal,
    )


def write_report(setup: BoothSetup, report: StationReport, medium: Path, hall: Hall) -> Path:
    """Write, sync, read back and verify as the tally will; raise ``MediumRefused`` where any of it fails."""
    path = medium / report_name(setup.package.station, setup.package.booth)
    _check_medium(medium, hall)
    data = station_report.write(report, setup.device_key)
    try:
        if path.exists() and path.read_bytes() != data:
            raise MediumRefused(
                "Di media sudah ada laporan lain dengan nama yang sama.",
                where=str(path),
                todo="Pakai media yang kosong.",
            )
        files.write_whole(path, data, step=hall.hook)
    except OSError as error:
        raise MediumRefused(
            f"Laporan bilik tidak dapat ditulis ({error.strerror or 'kesalahan media'}).",
            where=str(path),
            todo="Periksa apakah media terpasang, tidak penuh dan tidak terkunci, lalu ulangi penutupan.",
        ) from error
    _verify(setup, report, path)
    return path


def _check_medium(medium: Path, hall: Hall) -> None:
    """A mount point without its medium is an empty folder of the first medium: the report must not land there."""
    if not medium.is_dir():
        raise MediumRefused("Folder media untuk laporan tidak ada.", where=str(medium), todo="Pasang medianya.")
    if not hall.same_device and medium.stat().st_dev == hall.folder.stat().st_dev:
        raise MediumRefused(
            "Media untuk laporan tidak terpasang: foldernya berada di media pertama.",
            where=str(medium),
            todo="Pasang media, lalu ulangi penutupan.",
        )


def _verify(setup: BoothSetup, report: StationReport, path: Path) -> None:
    package, definition = setup.package, setup.definition
    try:
        found = station_report.read(
            read_bounded(path, REPORT_LIMIT, "Laporan bilik"),
            package.root_pem,
            definition.day,
            rehearsal=definition.rehearsal,
            definition=package.definition,
            where=str(path),
        )
    except EpilwuError as error:
        raise MediumRefused(
            f"Laporan di media tidak lolos pemeriksaan: {error.what}", where=str(path), todo="Ulangi dengan media lain."
        ) from error
    if found != report:
        raise MediumRefused("Laporan di media tidak sama dengan isi bilik.", where=str(path), todo="Pakai media lain.")


def _on_paper(closed_at: str) -> str:
    moment = datetime.fromisoformat(closed_at)
    offset = moment.utcoffset()
    assert offset is not None
    return f"{moment:%d-%m-%Y %H.%M} {_ZONES[int(offset.total_seconds()) // 3600]}"
