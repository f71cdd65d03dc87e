"""Writing a village's public folder, and the auditors' folder that the public must not have.

What stands in the public folder is all that a page shows and all that a verifier needs, offline. Everything is composed
from the database; publishing again gives the same bytes as long as nothing new has come in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from epilwu.disk import write_public
from epilwu.media import paper_counts, published, setup_index
from epilwu.media.paper_counts import PaperCounts
from epilwu.media.published import Context
from epilwu.tally import log, log_head
from epilwu.tally.board import archive_of
from epilwu.tally.errors import PublishRefused
from epilwu.tally.models import Station, Village
from epilwu.tally.official_record import RECORD, official_record, record_facts
from epilwu.tally.prepare import KeyPair
from epilwu.tally.public_state import (
    PROGRESS,
    Progress,
    StationProgress,
    StationState,
)
from epilwu.tally.results import village_books, village_result
from epilwu.tally.villages import definition_of, find_village, trustees_of
from epilwu.trust import act_log
from epilwu.trust.certificates import Holder, Role, check_certificate
from epilwu.trust.envelope import sign_detached


def publish(
    factory: sessionmaker[Session],
    village: str,
    folder: Path,
    signer: KeyPair,
    *,
    at: datetime,
    actor: str,
    paper: PaperCounts | None = None,
) -> tuple[Path, ...]:
    """Write the public folder of ``village`` as far as the count is; the paths written, in order of names.

    ``signer`` is the tally's key. ``paper`` is what auditors counted, if they have. Files are replaced one by one, the
    village's result last, so that a reader never sees a result without its evidence. Then the act is logged and the
    log's head signed; what of the log is public follows once that is stored, for a head in other people's hands can
    not be taken back.
    Raises ``UnknownVillage``, ``FileTrouble``, ``CertificateRefused`` for another's key, ``PublishRefused`` for paper
    counts of another election, ``LogBroken`` where the log is not what was signed before.
    """
    with factory.begin() as session:
        found = find_village(session, village)
        if paper is not None and paper.definition_hash != found.definition_hash:
            raise PublishRefused(
                "Hitungan struk ini milik pemilihan lain.", todo="Minta paper.json yang benar dari auditor."
            )
        definition = definition_of(found)
        holder = Holder(Role.TALLY, definition.region.text)
        check_certificate(signer.certificate, found.root, at=definition.day, holder=holder)
        files = public_files(found, signer, paper)
        for name, data in files.items():
            write_public(folder / name, data)
        _log_publication(session, village, files, at=at, actor=actor)
        log_head.sign_head(session, signer, holder, at=at)
    with factory() as session:
        view = log_head.view(session, village)
    assert view is not None
    for name, data in view.public_files.items():
        write_public(folder / name, data)
    return tuple(folder / name for name in sorted({**files, **view.public_files}))


def _log_publication(session: Session, village: str, files: Mapping[str, bytes], *, at: datetime, actor: str) -> None:
    """Log that these files were published, unless nothing but publications was logged since they were last."""
    result = files.get(published.RESULT)
    event = log.Published(village, None if result is None else _sha256(result), files_digest(files))
    for act in reversed(log.read_log(session)):
        if act.kind != event.kind:
            break
        if log.event_of(act) == event:
            return
    log.append(session, event, at=at, actor=actor)


def files_digest(files: Mapping[str, bytes]) -> str:
    """One hash (SHA-256 in hex) for several files: over a line ``<sha256>  <name>`` for each, in order of names."""
    lines = (f"{_sha256(files[name])}  {name}\n" for name in sorted(files))
    return _sha256("".join(lines).encode())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def public_files(village: Village, signer: KeyPair, paper: PaperCounts | None = None) -> dict[str, bytes]:
    """The public folder's files by name, in the order in which they are to be written."""
    files = {
        published.DEFINITION: village.definition,
        published.signature_name(published.DEFINITION): village.definition_signature,
        published.ROOT: village.root,
        published.RULES: village.rule_pack,
        setup_index.TRUSTEES: village.trustees,
        PROGRESS: progress_of(village).serialise(),
    }
    if village.setup_index is not None and village.setup_signature is not None:
        files[setup_index.NAME] = village.setup_index
        files[published.signature_name(setup_index.NAME)] = village.setup_signature
    for station in village.stations:
        files |= _station_files(station)
    counted = {} if paper is None else {line.number: line.slips.ballots for line in paper.stations}
    books = village_books(village)
    lines = tuple((number, replace(line, slips_counted=counted.get(number))) for number, line in books.stations)
    files |= _signed(published.BOOKS, replace(books, stations=lines).serialise(), Context.BOOKS, signer)
    if paper is not None:
        files |= _signed(paper_counts.NAME, paper.serialise(), paper_counts.CONTEXT, signer)
    result = village_result(village)
    if result is not None:
        if result.complete:
            files[RECORD] = official_record(record_facts(village))
        files |= _signed(published.RESULT, result.serialise(), Context.RESULT, signer)
    return files


def publish_for_auditors(
    factory: sessionmaker[Session], village: str, folder: Path, *, at: datetime, actor: str
) -> tuple[Path, ...]:
    """Write station reports, desk books, root and the server's log for the auditors; the paths written.

    The reports hold the slip registers and the order of ballots: they are not for the public, and that they were given
    out is logged. The log reaches to its newest checkpoint, so that it can be held against it; without one, to its end.
    """
    with factory.begin() as session:
        found = find_village(session, village)
        files = {published.ROOT: found.root, published.DEFINITION: found.definition}
        for station in found.stations:
            for booth in station.booths:
                if booth.report is not None:
                    files[published.report_name(station.number, booth.number)] = booth.report.file.data
            if station.desk_book is not None:
                files[published.desk_book_name(station.number)] = station.desk_book.file.data
        view = log_head.view(session, village)
        files |= {} if view is None else view.public_files
        files[published.LOG] = act_log.export(log.stored_entries(session) if view is None else view.entries)
        for name, data in files.items():
            write_public(folder / name, data)
        log.append(session, log.AuditorsExported(village, files_digest(files)), at=at, actor=actor)
    return tuple(folder / name for name in sorted(files))


def progress_of(village: Village) -> Progress:
    """How far each station is."""
    need = trustees_of(village).items[0].threshold
    return Progress(
        definition_hash=village.definition_hash,
        stations=tuple(_station_progress(station, need) for station in village.stations),
    )


def _station_progress(station: Station, need: int) -> StationProgress:
    reports = sum(booth.report is not None for booth in station.booths)
    board = station.board
    if board is None:
        state = StationState.RECEIVED if reports == len(station.booths) else StationState.WAITING
    else:
        state = StationState.CLOSED if board.result is None else StationState.FINISHED
    return StationProgress(
        number=station.number,
        state=state,
        reports=reports,
        booths=len(station.booths),
        shares=0 if board is None else len(board.shares),
        shares_needed=need,
    )


def _station_files(station: Station) -> dict[str, bytes]:
    board = station.board
    if board is None:
        return {}
    files = {published.archive_name(station.uuid): archive_of(station)}
    if board.result is not None:
        name = published.station_result_name(station.uuid)
        files[published.decryption_name(station.uuid)] = board.result.side_file
        files[name] = board.result.document
        files[published.signature_name(name)] = board.result.signature
    return files


def _signed(name: str, data: bytes, context: str, signer: KeyPair) -> dict[str, bytes]:
    signature = sign_detached(context, data, signer.key, signer.certificate)
    return {name: data, published.signature_name(name): signature}
