"""An insider's attacks on the secrecy of slips: what can be had from media, files and the box, without any key.

The insider holds the raw bytes of both media (deleted files, journals of SQLite and slack included), sees every file's
name, size, time and inode, knows the order of attendance, and reads every slip in the box. Each attack guesses the
order in which the slips in the box were printed; who knows that order knows how each person on the list voted.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import sqlite3
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import base58

from epilwu.booth.seal import RegisterSeal
from epilwu.receipt.slip import short_code, slip_id

SQLITE_JOURNAL = bytes.fromhex("d9d505f920a163d7")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the insider holds. ``box``: the nonces of the slips in the box, in no order. ``public``: every value that
    is no secret. ``names``: (name, inode, time in ns) of every file that was ever seen on the media."""

    first: Path
    raw: bytes
    box: tuple[bytes, ...]
    public: tuple[bytes, ...]
    identity: bytes
    names: tuple[tuple[str, int, int], ...]
    report: bytes
    blobs: tuple[bytes, ...]

    @property
    def sealed(self) -> list[bytes]:
        """The register's rows as SQL gives them."""
        with sqlite3.connect(self.first / "booth.db") as look:
            return [row for (row,) in look.execute("SELECT sealed FROM slip")]

    @property
    def ids(self) -> dict[bytes, bytes]:
        """The slips' ids and their nonces."""
        return {slip_id(nonce): nonce for nonce in self.box}


Guess = list[bytes] | None
"""Nonces in the order of printing, as far as the attack thinks to know it; None: it found nothing to go by."""


def concordance(guess: Sequence[bytes], truth: Sequence[bytes]) -> float:
    """Kendall's tau: 1 for the right order, -1 for its reverse, near 0 for a guess."""
    place = {nonce: at for at, nonce in enumerate(truth)}
    pairs = list(itertools.combinations(guess, 2))
    return sum(1 if place[a] < place[b] else -1 for a, b in pairs) / len(pairs)


def _forms(nonce: bytes) -> list[bytes]:
    """Everything by which a slip could be written down, or the beginning of it."""
    identity = slip_id(nonce)
    whole = [nonce, identity, nonce[::-1], identity[::-1]]
    heads = [nonce[:8], identity[:8]]
    texts = [value.hex().encode()[:16] for value in (nonce, identity)]
    texts += [value.hex().upper().encode()[:16] for value in (nonce, identity)]
    texts += [base64.b64encode(value)[:12] for value in (nonce, identity)]
    texts += [base58.b58encode(value)[:12] for value in (nonce, identity)]
    return [*whole, *heads, *texts, short_code(nonce).encode()]


def _ordered(found: Iterable[tuple[float, bytes]]) -> Guess:
    order = [nonce for _, nonce in sorted(found)]
    return order if len(order) >= 2 else None


def by_traces_of_slips(evidence: Evidence) -> Guess:
    """Any slip's nonce, id or code, in any usual writing, anywhere on the raw media; by where it stands."""
    found = []
    for nonce in evidence.box:
        places = [at for form in _forms(nonce) if (at := evidence.raw.find(form)) >= 0]
        if places:
            found.append((float(min(places)), nonce))
    return _ordered(found)


def by_row_order(evidence: Evidence) -> Guess:
    """The table's own order, the k-th row taken for the k-th id."""
    ids = sorted(evidence.ids)
    rows = evidence.sealed
    return [evidence.ids[ids[rank]] for rank in _ranks(rows)[: len(ids)]] if len(rows) == len(ids) else None


def by_page_order(evidence: Evidence) -> Guess:
    """Where the rows stand within the file: SQLite fills a page from its end, so that place tells time; the rank of a
    row is then taken for the rank of an id."""
    data = (evidence.first / "booth.db").read_bytes()
    rows = sorted(evidence.sealed, key=lambda row: -data.rfind(row))
    ids = sorted(evidence.ids)
    return [evidence.ids[ids[rank]] for rank in _ranks(rows)] if len(rows) == len(ids) else None


def _ranks(rows: Sequence[bytes]) -> list[int]:
    """For each row in turn, its rank among all."""
    ordered = sorted(rows)
    return [ordered.index(row) for row in rows]


def by_guessable_keys(evidence: Evidence) -> Guess:
    """The rows opened with a key made of what is public: fingerprints, uuid, hashes, zeros."""
    for value in evidence.public:
        for key in (value[:32].ljust(32, b"\0"), hashlib.sha256(value).digest()):
            opened = {}
            for row in evidence.sealed:
                try:
                    opened[RegisterSeal(key, evidence.identity).open_id(row)] = row
                except Exception:
                    break
            if opened:
                return _by_page(evidence, opened)
    return None


def by_constant_difference(evidence: Evidence) -> Guess:
    """Rows that are ids under one pad: the difference of one pair explains all others."""
    ids, rows = set(evidence.ids), evidence.sealed
    if not rows:
        return None
    for start, first in itertools.product((0, 16), ids):
        pad = _xor(rows[0][start : start + 32], first)
        opened = {_xor(row[start : start + 32], pad): row for row in rows}
        if set(opened) <= ids:
            return _by_page(evidence, opened)
    return None


def _by_page(evidence: Evidence, opened: dict[bytes, bytes]) -> Guess:
    data = (evidence.first / "booth.db").read_bytes()
    return _ordered((float(-data.rfind(row)), evidence.ids[identity]) for identity, row in opened.items())


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def by_files(evidence: Evidence) -> Guess:
    """Names of files, deleted ones too, that carry a slip's mark; ordered by inode, then by time."""
    found = []
    for nonce in evidence.box:
        marks = [form.decode("latin-1").lower() for form in _forms(nonce)]
        hits = [inode for name, inode, _ in evidence.names if any(mark in name.lower() for mark in marks)]
        if hits:
            found.append((float(min(hits)), nonce))
    return _ordered(found)


def by_files_per_voter(evidence: Evidence) -> Guess:
    """As many files as slips: the k-th made (by inode or time) would be the k-th slip's; names sort the slips."""
    for order in (1, 2):
        names = [name for name, *_ in sorted(evidence.names, key=lambda one: one[order])]
        if len(set(names)) >= len(evidence.box):
            ids = sorted(evidence.ids)
            ranks = {name: rank for rank, name in enumerate(sorted(set(names)))}
            return [evidence.ids[ids[ranks[name] % len(ids)]] for name in dict.fromkeys(names)][: len(ids)]
    return None


def by_order_in_the_report(evidence: Evidence) -> Guess:
    """The station report's own order of ids."""
    return _ordered(
        (float(at), nonce)
        for identity, nonce in evidence.ids.items()
        if (at := max(evidence.report.find(identity.hex().encode()), evidence.report.find(identity))) >= 0
    )


def by_old_journals(evidence: Evidence) -> Guess:
    """Pages in SQLite's deleted rollback journals: which rows were new when which ballot was. Gives the rows' order,
    and so the slips', if a row betrays its slip."""
    order: list[bytes] = []
    rows = evidence.sealed
    for start in _every(SQLITE_JOURNAL, evidence.raw):
        part = evidence.raw[start : start + (64 << 10)]
        order += [row for row in rows if row in part and row not in order]
    ids = sorted(evidence.ids)
    plain = [nonce for row in order for identity, nonce in evidence.ids.items() if identity in row]
    if plain:
        return plain
    return [evidence.ids[ids[rank]] for rank in _ranks(order)] if len(order) == len(ids) else None


def _every(what: bytes, where: bytes) -> Iterable[int]:
    at = where.find(what)
    while at >= 0:
        yield at
        at = where.find(what, at + 1)


def by_repetition(evidence: Evidence) -> Guess:
    """Nonces that the sealed register used twice: the difference of two such copies shows what was added between."""
    seen: dict[bytes, bytes] = {}
    for blob in evidence.blobs:
        before = seen.setdefault(blob[:12], blob)
        if before != blob:
            fresh = _xor(before[12 : len(before) - 16].ljust(len(blob)), blob[12:].ljust(len(blob)))
            return [nonce for nonce in evidence.box if slip_id(nonce) in fresh] or list(evidence.box)
    return None


ATTACKS: dict[str, Callable[[Evidence], Guess]] = {
    attack.__name__: attack
    for attack in (
        by_traces_of_slips, by_row_order, by_page_order, by_guessable_keys, by_constant_difference, by_files,
        by_files_per_voter, by_order_in_the_report, by_old_journals, by_repetition,
    )
}  # fmt: skip


def free_bytes(database: bytes) -> bytes:
    """What stands in a SQLite file where no row does: free pages, and the gap between a page's pointers and its rows
    ("Database File Format", sections 1.5 and 1.6)."""
    (size,) = struct.unpack_from(">H", database, 16)
    size = 65536 if size == 1 else size
    trunk = struct.unpack_from(">I", database, 32)[0]
    slack = b""
    while trunk:
        page = database[(trunk - 1) * size : trunk * size]
        trunk, leaves = struct.unpack_from(">II", page)
        slack += page[8 + 4 * leaves :]
        for leaf in struct.unpack_from(f">{leaves}I", page, 8):
            slack += database[(leaf - 1) * size : leaf * size]
    for start in range(0, len(database), size):
        at = start + (100 if start == 0 else 0)
        kind, _, cells, content = struct.unpack_from(">BHHH", database, at)
        if kind in (2, 5, 10, 13):
            pointers = at + (12 if kind in (2, 5) else 8) + 2 * cells
            slack += database[pointers : start + (content or 65536)]
    return slack
