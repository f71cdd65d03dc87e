"""The station report: what one booth hands to the tally and to the auditors after closing.

Files of the container: ``report.json`` (the figures), ``journal.log``, ``ballots.jsonl`` (ballots in journal order, one
a line), ``slips-cast.txt`` and ``slips-void.txt`` (slip ids in hex, sorted, one a line). The booth's device signs it.
Every figure can be computed from the other files, and ``read`` does so. The ballots' proofs and credentials against
the station's lists are for the intake, which has the election.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from epilwu.election import definition as definitions
from epilwu.election.definition import UUID
from epilwu.election.region import REGION
from epilwu.media.container import Contents, Kind, read_from, take, write_container
from epilwu.media.errors import (
    BallotsRefused,
    FiguresRefused,
    OtherElection,
    RegistersRefused,
    RehearsalRefused,
    ReportRefused,
)
from epilwu.protocol import canonical as belenios
from epilwu.protocol.errors import ProtocolError
from epilwu.receipt import report_code
from epilwu.trust import merkle
from epilwu.trust.canonical import HEX_256, Record, dumps
from epilwu.trust.certificates import Holder, Role
from epilwu.trust.journal import (
    QUARTER,
    BallotCast,
    Closed,
    Entry,
    Opened,
    Restart,
    TakenOver,
    is_quarter_hour,
    read_journal,
    split_lines,
)

BALLOT_LIMIT = 64 << 10
ID_SIZE = 32
_REPORT, _JOURNAL, _BALLOTS = "report.json", "journal.log", "ballots.jsonl"
_CAST, _VOID = "slips-cast.txt", "slips-void.txt"
_FILES = {_REPORT, _JOURNAL, _BALLOTS, _CAST, _VOID}
_LIMIT = 16 << 10
_ID_LINE = re.compile(rb"[0-9a-f]{64}")
_TODO = "Jangan masukkan laporan ini; salin ulang dari bilik atau media kedua, lalu catat sebagai kejadian khusus."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFigures:
    """What the closing report says. Hashes in lower-case hex; ``closed_at`` the quarter hour of closing, ISO 8601."""

    region: str
    rehearsal: bool
    definition_hash: str
    uuid: str
    station: int
    booth: int
    ballots: int
    tokens_spent: int
    slips_cast: int
    slips_void: int
    restarts: int
    takeovers: int
    journal_head: str
    cast_root: str
    void_root: str
    closed_at: str

    def on_paper(self) -> report_code.ReportFigures:
        """The same figures as the closing report's QR carries them."""
        return report_code.ReportFigures(
            uuid=self.uuid,
            station=self.station,
            booth=self.booth,
            definition_hash=bytes.fromhex(self.definition_hash),
            ballots=self.ballots,
            tokens_spent=self.tokens_spent,
            slips_cast=self.slips_cast,
            slips_void=self.slips_void,
            restarts=self.restarts,
            takeovers=self.takeovers,
            journal_head=bytes.fromhex(self.journal_head),
            cast_root=bytes.fromhex(self.cast_root),
            void_root=bytes.fromhex(self.void_root),
            closed_at=datetime.fromisoformat(self.closed_at),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StationReport:
    """One booth's report.

    ``report_bytes`` are the figures as signed, ``journal_lines`` have their line feeds, ``ballots`` stand in the
    journal's order, slip ids are of 32 bytes and sorted.
    """

    certificate_pem: bytes
    report: ReportFigures
    report_bytes: bytes
    journal_lines: tuple[bytes, ...] = field(repr=False)
    ballots: tuple[bytes, ...] = field(repr=False)
    slips_cast: tuple[bytes, ...] = field(repr=False)
    slips_void: tuple[bytes, ...] = field(repr=False)


def register_root(ids: Iterable[bytes]) -> str:
    """RFC 6962 root in hex over slip ids (32 bytes each), sorted here."""
    return merkle.root(sorted(ids)).hex()


def build(  # noqa: PLR0917 - a report's parts in the order of its files
    certificate_pem: bytes,
    holder: Holder,
    public_key: Ed25519PublicKey,
    journal_lines: Sequence[bytes],
    ballots: Sequence[bytes],
    slips_cast: Iterable[bytes],
    slips_void: Iterable[bytes],
    *,
    rehearsal: bool,
) -> StationReport:
    """A closed booth's report with its figures computed; ids may come in any order.

    Raises ``JournalRefused``, ``SignatureRefused``, ``ReportRefused`` where the parts contradict each other.
    """
    cast, void = tuple(sorted(slips_cast)), tuple(sorted(slips_void))
    lines = tuple(journal_lines)
    entries = read_journal(lines, public_key)
    figures = _compute(entries, tuple(ballots), cast, void, holder, rehearsal=rehearsal, where="laporan bilik")
    report_bytes = dumps({**asdict(figures), "version": 1})
    return StationReport(
        certificate_pem=certificate_pem,
        report=figures,
        report_bytes=report_bytes,
        journal_lines=lines,
        ballots=tuple(ballots),
        slips_cast=cast,
        slips_void=void,
    )


def write(report: StationReport, key: Ed25519PrivateKey) -> bytes:
    """The report's bytes, signed with the device key of ``report.certificate_pem``."""
    files = {
        _REPORT: report.report_bytes,
        _JOURNAL: b"".join(report.journal_lines),
        _BALLOTS: b"".join(ballot + b"\n" for ballot in report.ballots),
        _CAST: _id_lines(report.slips_cast),
        _VOID: _id_lines(report.slips_void),
    }
    return write_container(Kind.STATION_REPORT, files, key, report.certificate_pem)


def read(
    data: bytes,
    root_pem: bytes,
    at: datetime | date,
    *,
    rehearsal: bool = False,
    definition: bytes | None = None,
    where: str = "laporan bilik",
) -> StationReport:
    """Check a report whole and return it.

    ``at`` is the election date, when the device's certificate must be valid. ``rehearsal`` says which kind is wanted:
    the other is refused. With ``definition`` (bytes) the report must be of a booth of that election.
    Raises ``ContainerRefused`` and its kinds, ``CertificateRefused`` and its kinds, ``SignatureRefused``,
    ``MalformedFile``, ``JournalRefused``, ``ReportRefused``, ``RehearsalRefused``, ``OtherElection``.
    """
    contents, signer = read_from(data, Kind.STATION_REPORT, root_pem, at, Role.BOOTH, where=where)
    report = _unpack(contents, where)
    _check_rehearsal(report.report, rehearsal, where)
    entries = read_journal(report.journal_lines, signer.public_key, where=f"{where}: {_JOURNAL}")
    computed = _compute(
        entries,
        report.ballots,
        report.slips_cast,
        report.slips_void,
        signer.holder,
        rehearsal=report.report.rehearsal,
        where=where,
    )
    _compare(report.report, computed, where)
    if not isinstance(opened := entries[0].event, Opened) or opened.certificate != signer.fingerprint:
        raise ReportRefused("Bilik dibuka dengan sertifikat lain.", where=where, todo=_TODO)
    if definition is not None:
        _check_election(report.report, definition, where)
    return report


def _check_rehearsal(figures: ReportFigures, wanted: bool, where: str) -> None:
    if figures.rehearsal != wanted:
        what = "Laporan gladi tidak boleh masuk ke hitungan." if figures.rehearsal else "Ini bukan laporan gladi."
        raise RehearsalRefused(what, where=where, todo="Pilih laporan yang benar.")


def _compute(
    entries: Sequence[Entry],
    ballots: tuple[bytes, ...],
    cast: tuple[bytes, ...],
    void: tuple[bytes, ...],
    holder: Holder,
    *,
    rehearsal: bool,
    where: str,
) -> ReportFigures:
    """The figures that journal, ballots and register give. Everything that must agree among these is checked here."""
    opened, closed = (entries[0].event, entries[-1].event) if entries else (None, None)
    if not isinstance(opened, Opened) or not isinstance(closed, Closed):
        raise ReportRefused("Jurnal belum ditutup; bilik belum selesai.", where=where, todo="Tutup bilik lebih dahulu.")
    if (opened.station, opened.booth) != (holder.station, holder.booth):
        raise ReportRefused("Jurnal milik TPS atau bilik lain.", where=where, todo=_TODO)
    _check_ballots(entries, ballots, where)
    _check_register(cast, void, len(ballots), where)
    figures = ReportFigures(
        region=holder.region,
        rehearsal=rehearsal,
        definition_hash=opened.definition,
        uuid=opened.uuid,
        station=opened.station,
        booth=opened.booth,
        ballots=len(ballots),
        tokens_spent=_tokens_spent(ballots, opened.uuid, where),
        slips_cast=len(cast),
        slips_void=len(void),
        restarts=sum(isinstance(entry.event, Restart) for entry in entries),
        takeovers=sum(isinstance(entry.event, TakenOver) for entry in entries),
        journal_head=entries[-1].head,
        cast_root=register_root(cast),
        void_root=register_root(void),
        closed_at=closed.at,
    )
    if (closed.cast_root, closed.void_root) != (figures.cast_root, figures.void_root):
        raise RegistersRefused("Daftar struk tidak sama dengan yang dicatat saat penutupan.", where=where, todo=_TODO)
    return figures


def _check_ballots(entries: Sequence[Entry], ballots: tuple[bytes, ...], where: str) -> None:
    """The journal notes exactly these ballots in this order."""
    noted = [entry.event.ballot for entry in entries if isinstance(entry.event, BallotCast)]
    if noted != [hashlib.sha256(ballot).hexdigest() for ballot in ballots]:
        raise BallotsRefused("Surat suara tidak sama dengan catatan jurnal.", where=where, todo=_TODO)


def _check_register(cast: tuple[bytes, ...], void: tuple[bytes, ...], ballots: int, where: str) -> None:
    """Ids sorted, none twice, and as many cast as there are ballots."""
    for ids in (cast, void):
        if list(ids) != sorted(set(ids)) or any(len(slip_id) != ID_SIZE for slip_id in ids):
            raise RegistersRefused("Daftar struk tidak urut, berulang atau rusak.", where=where, todo=_TODO)
    if set(cast) & set(void):
        raise RegistersRefused("Satu struk tercatat masuk dan batal sekaligus.", where=where, todo=_TODO)
    if len(cast) != ballots:
        raise RegistersRefused(
            f"{ballots} surat suara, tetapi {len(cast)} struk tercatat masuk.", where=where, todo=_TODO
        )


def _tokens_spent(ballots: tuple[bytes, ...], uuid: str, where: str) -> int:
    """How many credentials voted; each may do so once, in this election only."""
    credentials: set[str] = set()
    for position, ballot in enumerate(ballots, 1):
        place = f"{where}: {_BALLOTS} baris {position}"
        try:
            value = belenios.loads(ballot, limit=BALLOT_LIMIT)
        except ProtocolError as error:
            raise BallotsRefused(f"Surat suara tidak terbaca ({error}).", where=place, todo=_TODO) from error
        credential = value.get("credential") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(credential, str) or value.get("election_uuid") != uuid:
            raise BallotsRefused("Surat suara bukan milik TPS ini.", where=place, todo=_TODO)
        if credential in credentials:
            raise BallotsRefused("Satu token dipakai dua kali.", where=place, todo=_TODO)
        credentials.add(credential)
    return len(credentials)


def _compare(stated: ReportFigures, computed: ReportFigures, where: str) -> None:
    wrong = [f.name for f in fields(ReportFigures) if getattr(stated, f.name) != getattr(computed, f.name)]
    if wrong:
        raise FiguresRefused(
            f"Angka laporan tidak sama dengan hasil hitung ulang: {', '.join(wrong)}.", where=where, todo=_TODO
        )


def _check_election(figures: ReportFigures, definition: bytes, where: str) -> None:
    parsed = definitions.parse(definition)
    stations = {station.number: station for station in parsed.stations}
    station = stations.get(figures.station)
    if (
        figures.definition_hash != definitions.definition_hash(definition)
        or figures.region != parsed.region.text
        or figures.rehearsal != parsed.rehearsal
        or station is None
        or figures.uuid != station.uuid
        or figures.booth > station.booths
    ):
        raise OtherElection("Laporan ini milik pemilihan lain.", where=where, todo="Pilih laporan yang benar.")


def _unpack(contents: Contents, where: str) -> StationReport:
    if set(contents.files) != _FILES:
        raise ReportRefused("Isi laporan kurang atau berlebih.", where=where, todo=_TODO)
    files = {name: take(contents, name, where=where) for name in _FILES}
    return StationReport(
        certificate_pem=contents.certificate_pem,
        report=_figures(files[_REPORT], f"{where}: {_REPORT}"),
        report_bytes=files[_REPORT],
        journal_lines=split_lines(files[_JOURNAL], where=f"{where}: {_JOURNAL}"),
        ballots=tuple(_lines(files[_BALLOTS], f"{where}: {_BALLOTS}")),
        slips_cast=_ids(files[_CAST], f"{where}: {_CAST}"),
        slips_void=_ids(files[_VOID], f"{where}: {_VOID}"),
    )


def _figures(data: bytes, where: str) -> ReportFigures:
    record = Record.parse(data, [*(f.name for f in fields(ReportFigures)), "version"], limit=_LIMIT, where=where)
    if not is_quarter_hour(record.matching("closed_at", QUARTER)):
        raise record.refuse("closed_at", "harus waktu per seperempat jam")
    return ReportFigures(
        region=record.matching("region", REGION),
        rehearsal=record.flag("rehearsal"),
        definition_hash=record.matching("definition_hash", HEX_256),
        uuid=record.matching("uuid", UUID),
        station=record.integer("station", 1, 999),
        booth=record.integer("booth", 1, 255),
        ballots=record.integer("ballots"),
        tokens_spent=record.integer("tokens_spent"),
        slips_cast=record.integer("slips_cast"),
        slips_void=record.integer("slips_void"),
        restarts=record.integer("restarts"),
        takeovers=record.integer("takeovers"),
        journal_head=record.matching("journal_head", HEX_256),
        cast_root=record.matching("cast_root", HEX_256),
        void_root=record.matching("void_root", HEX_256),
        closed_at=record.matching("closed_at", QUARTER),
    )


def _lines(data: bytes, where: str) -> list[bytes]:
    if data and not data.endswith(b"\n"):
        raise ReportRefused("Baris terakhir terpotong.", where=where, todo=_TODO)
    return data.split(b"\n")[:-1]


def _id_lines(ids: Iterable[bytes]) -> bytes:
    return b"".join(slip_id.hex().encode() + b"\n" for slip_id in ids)


def _ids(data: bytes, where: str) -> tuple[bytes, ...]:
    lines = _lines(data, where)
    if not all(_ID_LINE.fullmatch(line) for line in lines):
        raise RegistersRefused("Daftar struk rusak.", where=where, todo=_TODO)
    return tuple(bytes.fromhex(line.decode("ascii")) for line in lines)
