"""Finding the files of a log: an export or a folder, and what stands beside it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from epilwu.audit.errors import MaterialRefused
from epilwu.audit.log import LogMaterial
from epilwu.disk import read_bounded
from epilwu.election import definition as definitions
from epilwu.errors import EpilwuError
from epilwu.media import published
from epilwu.trust import act_log, certificates, log_proof, note
from epilwu.trust.note import VerifierKey

_LIMIT = 1 << 20


def read_material(
    path: Path,
    *,
    checkpoint: Path | None = None,
    kept: Path | None = None,
    growth: Path | None = None,
    root: Path | None = None,
    day: date | None = None,
    key: VerifierKey | None = None,
    witnesses: tuple[VerifierKey, ...] = (),
) -> LogMaterial:
    """What stands at ``path``: a folder, an export (``log.jsonl``), its leaf hashes (``log.leaves``) or a checkpoint.

    The certificate and, where it is not given, the election's ``day`` are taken from beside it; the root is never:
    whoever wrote the folder wrote that file too. Raises ``MaterialRefused`` where there is no log at all,
    ``FileTrouble`` for what cannot be read.
    """
    folder = path if path.is_dir() else path.parent
    files = {name: _beside(folder / name) for name in (published.LOG, published.LOG_LEAVES)}
    if path.is_dir():
        if not any(file is not None for file in files.values()) and not (folder / published.CHECKPOINT).exists():
            raise MaterialRefused("Tidak ada catatan server di map ini.", where=str(path), todo="Pilih map yang benar.")
    elif path.suffix == Path(published.LOG_LEAVES).suffix:
        files = {published.LOG: None, published.LOG_LEAVES: read_bounded(path, act_log.EXPORT_LIMIT)}
    elif path.name != published.CHECKPOINT or checkpoint is not None:
        files[published.LOG] = read_bounded(path, act_log.EXPORT_LIMIT)
    head = checkpoint or (path if path.is_file() and path.name == published.CHECKPOINT else None)
    entries = files[published.LOG]
    return LogMaterial(
        entries=entries,
        leaves=files[published.LOG_LEAVES],
        checkpoint=_beside(folder / published.CHECKPOINT) if head is None else read_bounded(head, note.LIMIT),
        certificate=_beside(folder / published.LOG_CERTIFICATE, certificates.LIMIT),
        root=None if root is None else read_bounded(root, certificates.LIMIT),
        day=day or _day(folder, entries),
        key=key,
        kept=None if kept is None else read_bounded(kept, note.LIMIT),
        growth=None if growth is None else read_bounded(growth, log_proof.LIMIT),
        witnesses=witnesses,
        witnessed=_beside(folder / published.WITNESSED, note.LIMIT),
    )


def _beside(path: Path, limit: int = act_log.EXPORT_LIMIT) -> bytes | None:
    """The file, None only where there is none."""
    return read_bounded(path, limit) if path.exists() or path.is_symlink() else None


def _day(folder: Path, entries: bytes | None) -> date | None:
    """The election's day, or where no definition stands there the day of the last entry."""
    data = _beside(folder / published.DEFINITION, _LIMIT)
    if data is not None:
        return definitions.parse(data, where=published.DEFINITION).day
    try:
        lines = act_log.split_export(entries or b"")
        return date.fromisoformat(act_log.decode(lines[-1]).at[:10]) if lines else None
    except EpilwuError:
        return None
