"""The insider of insider.py against a real booth on real media; and against booths that leak, where it must win.

With root the media are ext4 images, whose raw bytes hold every deleted file; else the folders themselves.
"""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from booth_samples import AFTERNOON, Polling, stop, temporary, village
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from insider import ATTACKS, Evidence, concordance, free_bytes
from mount_samples import Stick

from epilwu.booth import files
from epilwu.booth.booth import Booth
from epilwu.booth.closing import close_booth
from epilwu.booth.seal import RegisterSeal
from epilwu.booth.states import Reading
from epilwu.receipt.slip import short_code, slip_id

pytestmark = pytest.mark.slow
VOTERS = 30
CHANCE = 0.55
"""Kendall's tau of 30 slips guessed at random: beyond this in less than one case in 50,000."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day's evidence and, for the judge alone, the true order of nonces."""

    evidence: Evidence
    order: tuple[bytes, ...]


class Watcher:
    """Notes every file that ever stands on the media and every copy of the sealed register, at every step."""

    def __init__(self, polling: Polling) -> None:
        self._polling = polling
        self.names: dict[tuple[str, int], int] = {}
        self.blobs: list[bytes] = []

    def __call__(self, _name: str) -> None:
        for folder in (self._polling.first, self._polling.second):
            for entry in os.scandir(folder):
                about = entry.stat()
                self.names.setdefault((entry.name, about.st_ino), about.st_ctime_ns)
                if entry.name == "register.bin":
                    blob = Path(entry.path).read_bytes()
                    if blob and blob not in self.blobs[-1:]:
                        self.blobs.append(blob)


@contextmanager
def media(polling: Polling, base: Path) -> Iterator[Callable[[], bytes]]:
    """Real sticks where this process may mount them; what is yielded reads their raw bytes."""
    with ExitStack() as pulled:
        if os.geteuid() == 0:
            sticks = [Stick(base / "first.img", polling.first), Stick(base / "second.img", polling.second)]
            for stick in sticks:
                stick.plug()
                pulled.callback(stick.pull)
            yield lambda: b"".join(_used_blocks(stick.image) for stick in sticks)
        else:
            yield lambda: b"".join(path.read_bytes() for path in sorted(base.rglob("*")) if path.is_file())


def _used_blocks(image: Path) -> bytes:
    """The image's bytes without blocks that were never written."""
    os.sync()
    data, empty = image.read_bytes(), bytes(4096)
    blocks = (data[at : at + 4096] for at in range(0, len(data), 4096))
    return b"".join(block for block in blocks if block != empty)


def vote_and_note(booth: Booth, index: int, choice: int) -> bytes:
    booth.scan(village().tokens[index].text)
    booth.choose(choice)
    booth.confirm()
    booth.print_slip()
    assert isinstance(booth.state, Reading)
    nonce = booth.state.nonce
    booth.slip_right()
    booth.finish()
    return nonce


def polling_day(base: Path) -> Day:
    polling = Polling(base, village())
    stick = base / "stick"
    stick.mkdir()
    with media(polling, base) as raw:
        watcher = Watcher(polling)
        polling.hook = watcher
        booth = polling.start()
        order = tuple(vote_and_note(booth, index, index % 6) for index in range(VOTERS))
        polling.moment = AFTERNOON
        report = close_booth(booth, polling.hall(), stick)
        setup = village().setup
        public = [b"", bytes(32), setup.election.uuid.encode(), bytes.fromhex(setup.identity),
                  bytes.fromhex(setup.definition_hash), setup.package.certificate_pem, setup.package.root_pem,
                  setup.certificate.public_key.public_bytes_raw()]  # fmt: skip
        data = raw()
        first = base / "look"
        first.mkdir()
        (first / "booth.db").write_bytes((polling.first / "booth.db").read_bytes())
        stop(booth)
        assert sorted(path.name for path in polling.first.iterdir() if path.is_file()) == ["booth.db", "booth.lock"]
    evidence = Evidence(
        first=first, raw=data, box=tuple(random.Random(7).sample(order, len(order))), public=tuple(public),
        identity=bytes.fromhex(setup.identity), report=report.read_bytes(), blobs=tuple(watcher.blobs),
        names=tuple((name, inode, at) for (name, inode), at in watcher.names.items()),
    )  # fmt: skip
    return Day(evidence, order)


@pytest.fixture(scope="module")
def day() -> Iterator[Day]:
    with temporary() as name:
        yield polling_day(Path(name))


@pytest.mark.parametrize("attack", list(ATTACKS))
def test_no_attack_finds_the_order_of_slips(day: Day, attack: str) -> None:
    guess = ATTACKS[attack](day.evidence)
    if guess is not None:
        assert abs(concordance(guess, day.order)) < CHANCE, attack


def test_the_media_hold_what_the_attacks_look_through(day: Day) -> None:
    """The control: deleted journals of SQLite, old registers and old rows do lie on the raw media."""
    evidence = day.evidence
    assert len(evidence.sealed) == VOTERS and len(evidence.blobs) > 2 * VOTERS
    assert all(row in evidence.raw for row in evidence.sealed)
    assert ATTACKS["by_page_order"](evidence) and ATTACKS["by_row_order"](evidence)
    if os.geteuid() == 0:
        assert ATTACKS["by_old_journals"](evidence), "pages of deleted rollback journals are on the raw image"


def test_no_attack_links_a_slip_with_a_ballot(day: Day) -> None:
    """Ballots stand in order; a slip is linked with one as soon as anything of it stands beside one. Nothing of any
    slip stands anywhere, and nothing of any ballot stands on a slip."""
    with sqlite3.connect(day.evidence.first / "booth.db") as look:
        ballots = look.execute("SELECT tracker, credential, data FROM ballot ORDER BY seq").fetchall()
    assert len(ballots) == VOTERS
    whole = b"".join(tracker.encode() + credential.encode() + data for tracker, credential, data in ballots)
    for nonce in day.order:
        for form in (nonce[:6], slip_id(nonce)[:6], short_code(nonce).encode()):
            assert form not in whole
    assert ATTACKS["by_traces_of_slips"](day.evidence) is None


def test_what_is_free_in_the_file_tells_of_no_slip(day: Day) -> None:
    """secure_delete overwrites what an update leaves; what SQLite leaves in a page that it split are sealed rows."""
    free = free_bytes((day.evidence.first / "booth.db").read_bytes())
    for nonce in day.order:
        for form in (nonce[:6], slip_id(nonce)[:6], short_code(nonce).encode()):
            assert form not in free


def test_free_bytes_sees_what_is_left_without_secure_delete(tmp_path: Path) -> None:
    """The control of the test above."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("PRAGMA secure_delete=OFF")
        other.execute("CREATE TABLE t (x TEXT)")
        other.executemany("INSERT INTO t VALUES (?)", [("left behind" * 100,)] * 50)
        other.execute("DELETE FROM t")
    other.close()
    assert b"left behind" in free_bytes(path.read_bytes())


def test_no_file_is_made_for_a_voter(day: Day) -> None:
    """Names, inodes and times: the same few files, however many voted; one time each, that of the last write."""
    assert {name for name, *_ in day.evidence.names} <= {
        "booth.db", "booth.db.new", "booth.db-journal", "booth.lock", "journal.log", "journal.log.new", "register.bin",
        "register.bin.new", "lost+found",
    }  # fmt: skip


def test_sealed_rows_and_copies_share_nothing(day: Day) -> None:
    """No block of a sealed row and no nonce of a sealed copy comes twice, and all rows and copies look alike."""
    rows = day.evidence.sealed
    blocks = [row[at : at + 8] for row in rows for at in range(0, 48, 8)]
    assert len(set(blocks)) == len(blocks)
    assert len({blob[:12] for blob in day.evidence.blobs}) == len(set(day.evidence.blobs))
    assert {len(row) for row in rows} == {48}


# Booths that leak: the same attacks must win.


def _plain(_self: RegisterSeal, identity: bytes) -> bytes:
    return bytes(16) + identity


def _opened_plain(_self: RegisterSeal, sealed: bytes) -> bytes:
    return sealed[16:]


def _padded(_self: RegisterSeal, identity: bytes) -> bytes:
    return bytes(16) + bytes(byte ^ 0x5A for byte in identity)


def _opened_padded(_self: RegisterSeal, sealed: bytes) -> bytes:
    return bytes(byte ^ 0x5A for byte in sealed[16:])


@pytest.mark.parametrize(
    ("seal", "opening", "caught_by"),
    [(_plain, _opened_plain, "by_traces_of_slips"), (_padded, _opened_padded, "by_constant_difference")],
)
def test_rows_that_are_not_sealed_are_caught(
    monkeypatch: pytest.MonkeyPatch,
    seal: Callable[..., bytes],
    opening: Callable[..., bytes],
    caught_by: str,
) -> None:
    monkeypatch.setattr(RegisterSeal, "seal_id", seal)
    monkeypatch.setattr(RegisterSeal, "open_id", opening)
    with temporary() as name:
        day = polling_day(Path(name))
        guess = ATTACKS[caught_by](day.evidence)
    assert guess is not None
    assert caught_by == "by_traces_of_slips" or abs(concordance(guess, day.order)) > 0.95


def test_a_key_that_anybody_can_make_is_caught() -> None:
    derive, public = RegisterSeal._derive, bytes.fromhex(village().setup.definition_hash)
    with temporary() as name:
        with pytest.MonkeyPatch.context() as leaky:
            leaky.setattr(
                RegisterSeal,
                "_derive",
                lambda seal, purpose, length: derive(RegisterSeal(public, seal.identity), purpose, length),
            )
            day = polling_day(Path(name))
        guess = ATTACKS["by_guessable_keys"](day.evidence)
        assert guess is not None and abs(concordance(guess, day.order)) > 0.95


def test_a_file_for_each_slip_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A draft on the second medium named after the slip, deleted at once."""
    write_whole = files.write_whole

    def leaky(path: Path, data: bytes, **given: object) -> None:
        booth = holder.get("booth")
        if booth is not None and isinstance(booth.state, Reading):
            draft = path.parent / f"slip-{short_code(booth.state.nonce)}.tmp"
            draft.write_bytes(b"")
            watcher = holder["polling"].hook  # type: ignore[union-attr]
            watcher("leak")
            draft.unlink()
        write_whole(path, data, **given)  # type: ignore[arg-type]

    holder: dict[str, Booth | Polling] = {}
    start = Polling.start

    def remember(polling: Polling) -> Booth:
        holder["polling"], holder["booth"] = polling, (booth := start(polling))
        return booth

    monkeypatch.setattr(Polling, "start", remember)
    monkeypatch.setattr(files, "write_whole", leaky)
    with temporary() as name:
        day = polling_day(Path(name))
    assert ATTACKS["by_files"](day.evidence) is not None


def test_a_register_sealed_twice_under_one_nonce_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def seal(own: RegisterSeal, plain: bytes) -> bytes:
        return bytes(12) + AESGCM(own._derive(b"register", 32)).encrypt(bytes(12), plain, own.identity)

    monkeypatch.setattr(RegisterSeal, "seal_register", seal)
    with temporary() as name:
        day = polling_day(Path(name))
    assert ATTACKS["by_repetition"](day.evidence) is not None


def test_a_report_in_the_order_of_casting_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    with temporary() as name:
        day = polling_day(Path(name))
    leaky = b"".join(slip_id(nonce).hex().encode() for nonce in day.order)
    guess = ATTACKS["by_order_in_the_report"](
        Evidence(**{name: getattr(day.evidence, name) for name in Evidence.__slots__ if name != "report"}, report=leaky)
    )
    assert guess is not None and concordance(guess, day.order) == 1
