"""Both guided programs driven in a real terminal (a pty): what people read, type, and get."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hall import Hall, copied, open_hall, passphrase
from polls import poll, spoil

from epilwu.trustee import evening, night, opening
from epilwu.trustee.board import take_board
from epilwu.trustee.evening import Stage
from epilwu.trustee.verifier import Verifier

# The program itself with the cheapest opening codes: forty of them at their real cost would take half a minute.
CHEAP = """
import sys
import epilwu.trustee.commands as commands
from epilwu.trust.keyfile import CHEAPEST
commands.DEFAULT = CHEAPEST
from epilwu.cli import main
main()
"""


@dataclass
class Terminal:
    """A terminal of 80 columns with a program in it."""

    descriptor: int
    process: subprocess.Popen[bytes]
    seen: str = ""
    asked: int = field(default=0)

    def expect(self, words: str, seconds: float = 60) -> str:
        """Wait until ``words`` stand on the screen behind what was expected before; gives what stood in between."""
        end = time.monotonic() + seconds
        while True:
            plain = re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", self.seen))
            found = plain.find(words, self.asked)
            if found >= 0:
                between = plain[self.asked : found + len(words)]
                self.asked = found + len(words)
                return between
            if time.monotonic() > end:
                raise AssertionError(f"{words!r} was not shown; the screen says:\n{plain[self.asked :]}")
            self._read()

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self.descriptor, text.encode() + b"\n")

    def answer(self, question: str, text: str) -> str:
        shown = self.expect(question)
        self.expect(":" if not question.endswith("Enter") else "")
        self.type(text)
        return shown

    def end(self, seconds: float = 60) -> int:
        """The exit code."""
        end = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < end:
            self._read()
        return self.process.wait(1)

    def _read(self) -> None:
        ready, _, _ = select.select([self.descriptor], [], [], 0.2)
        if ready:
            try:
                self.seen += os.read(self.descriptor, 65536).decode("utf-8", "replace")
            except OSError:  # the program has ended
                time.sleep(0.05)


@contextmanager
def terminal(*arguments: str) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "40", "LC_ALL": "C.UTF-8"}
    environment.pop("EPILWU_PASSPHRASE", None)
    process = subprocess.Popen(
        [sys.executable, "-c", CHEAP, "trustee", *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment,
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield Terminal(master, process)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(master)


def evening_of(hall: Hall) -> list[str]:
    sticks = [part for stick in hall.sticks for part in ("--stick", str(stick))]
    return ["evening", "--public", str(hall.public), *sticks, "--village", "32.09.07.2007", "--date", "2027-10-17"]


def turns(shell: Terminal, hall: Hall, *, new: bool = False) -> None:
    """Each holder's turn with the own stick."""
    for seat in range(1, 6):
        shell.expect(f"GILIRAN {seat}.")
        shell.answer("lalu tekan Enter", "")
        shell.answer("Kode pembuka baru" if new else "Kode pembuka", passphrase(seat))
        if new:
            shell.answer("Ketik sekali lagi", passphrase(seat))
        shell.expect("selesai. Cabut diskanya.")


def agree(shell: Terminal, title: str) -> None:
    shell.expect(title)
    shell.expect("bacakan keras-keras")
    for seat in range(1, 6):
        shell.expect(f"{seat}. ")
        shell.answer("apakah sama [y/t]", "y")


@pytest.mark.slow
def test_the_evening_from_nothing_to_the_certificate(tmp_path: Path) -> None:
    """With a stick of another seat, a wrong code and a stop on the way."""
    hall = open_hall(tmp_path)
    with terminal(*evening_of(hall)) as shell:
        agree(shell, "1 dari 8")
        shell.expect("2 dari 8")
        turns(shell, hall, new=True)
        agree(shell, "3 dari 8")
        shell.expect("4 dari 8")
        shell.answer("lalu tekan Enter", "")
        shell.answer("Kode pembuka", "bukan kodenya")
        shell.expect("BERHENTI DULU.")
        shell.expect("Kode pembuka salah")
        shell.answer("Pilih", "b")
        shell.expect("Semua yang sudah selesai tersimpan")
        assert shell.end() == 1
        assert passphrase(1) not in shell.seen
    swapped = Hall(hall.public, (hall.sticks[1], hall.sticks[0], *hall.sticks[2:]))
    with terminal(*evening_of(swapped)) as shell:
        shell.expect("4 dari 8")
        shell.answer("lalu tekan Enter", "")
        shell.answer("Kode pembuka", passphrase(1))
        shell.expect("milik Ketua BPD, bukan Ketua panitia")
        shell.answer("Pilih", "b")
        assert shell.end() == 1
    with terminal(*evening_of(hall)) as shell:
        shell.expect("4 dari 8")
        turns(shell, hall)
        shell.expect("5 dari 8")
        turns(shell, hall)
        agree(shell, "6 dari 8")
        shell.expect("7 dari 8")
        turns(shell, hall)
        shell.expect("8 dari 8")
        shell.expect("SERTIFIKAT KUNCI PUBLIK")
        shell.expect("10 kelompok membuka uji coba")
        assert shell.end() == 0
    assert hall.look().stage is Stage.DONE
    assert (hall.public / evening.PAPER).read_bytes().startswith(b"%PDF")


def night_of(hall: Hall, boards: Path, shares: Path, verifier: Verifier) -> list[str]:
    sticks = [part for stick in hall.sticks for part in ("--stick", str(stick))]
    folders = ["--boards", str(boards), "--shares", str(shares), "--verifier", str(verifier.path)]
    return ["night", "--public", str(hall.public), *sticks, *folders]


def attend(shell: Terminal, absent: set[int]) -> None:
    shell.expect("1 · PEMERIKSA")
    shell.answer("sama dengan yang diumumkan [y/t]", "y")
    shell.expect("2 · KEHADIRAN")
    for seat in range(1, 6):
        shell.answer("hadir [y/t]", "t" if seat in absent else "y")


@pytest.mark.slow
def test_the_night_with_a_forgotten_code_and_a_bad_share(held: Hall, verifier: Verifier, tmp_path: Path) -> None:
    hall = copied(held, tmp_path / "balai")
    polled = poll(hall, tmp_path / "papan")
    shares = tmp_path / "bagian"
    shares.mkdir()
    board = take_board(next(polled.folder.glob("*.bel")), verifier)
    opening.open_sums(hall.sticks[4], passphrase(5), [board], shares)
    spoil(board, shares / opening.share_name(board.election.uuid, 5))
    with terminal(*night_of(hall, polled.folder, shares, verifier)) as shell:
        attend(shell, absent={3})
        shell.expect("10 surat suara, semuanya lulus")
        shell.expect("4 · MENCOCOKKAN")
        for _ in range(4):
            shell.answer("apakah sama [y/t]", "y")
        shell.expect("0 dari 3 bagian masuk")
        shell.expect("BAGIAN SALAH dari Saksi calon, undian kedua")
        for seat in (1, 2):
            shell.expect(f"GILIRAN {seat}.")
            shell.answer("lalu tekan Enter", "")
            shell.answer("Kode pembuka", passphrase(seat))
            shell.expect("selesai. Cabut diskanya.")
        shell.expect("2 dari 3 bagian masuk")
        shell.expect("GILIRAN 4.")
        shell.answer("lalu tekan Enter", "")
        shell.answer("Kode pembuka", "lupa sama sekali")
        shell.expect("Kode pembuka salah")
        shell.answer("Pilih", "c")
        shell.expect("GILIRAN 4.")
        shell.answer("lalu tekan Enter", "")
        shell.answer("Kode pembuka", passphrase(4))
        shell.expect("3 dari 3 bagian masuk")
        shell.expect("1. Calon 1: 5")
        shell.expect("SEMUA JUMLAH SUDAH TERBUKA")
        assert shell.end() == 0


def test_the_night_when_paper_decides(held: Hall, verifier: Verifier, tmp_path: Path) -> None:
    hall = copied(held, tmp_path / "balai")
    shares = tmp_path / "bagian"
    shares.mkdir()
    with terminal(*night_of(hall, tmp_path, shares, verifier)) as shell:
        attend(shell, absent={1, 3, 5})
        shell.expect("KERTAS YANG MENENTUKAN")
        assert night.RECORD in shell.expect(night.RECORD)
        assert shell.end() == 1
    assert (shares / "kertas-menentukan.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.slow
def test_one_stations_trouble_keeps_no_other_closed(held: Hall, verifier: Verifier, tmp_path: Path) -> None:
    hall = copied(held, tmp_path / "balai")
    polled, shares = poll(hall, tmp_path / "papan", stations=2), tmp_path / "bagian"
    shares.mkdir()
    board = take_board(sorted(polled.folder.glob("*.bel"))[0], verifier)
    opening.open_sums(hall.sticks[0], passphrase(1), [board], shares)
    spoil(board, shares / opening.share_name(board.election.uuid, 1))
    with terminal(*night_of(hall, polled.folder, shares, verifier)) as shell:
        attend(shell, absent={4, 5})
        for _ in range(3):
            shell.answer("apakah sama [y/t]", "y")
        for seat in (1, 2, 3):
            shell.expect(f"GILIRAN {seat}.")
            shell.answer("lalu tekan Enter", "")
            shell.answer("Kode pembuka", passphrase(seat))
            if seat == 1:  # the other share lies there already, and is not this stick's
                shell.expect("TETAP TERTUTUP")
                continue
        shell.expect("1. Calon 1: 5")
        shell.answer("coba lagi dengan diska itu [y/t]", "t")
        shell.expect("KERTAS YANG MENENTUKAN")
        assert shell.end() == 1


@pytest.mark.slow
def test_the_keys_are_destroyed_in_a_terminal(held: Hall, tmp_path: Path) -> None:
    hall = copied(held, tmp_path)
    sticks = [part for stick in hall.sticks for part in ("--stick", str(stick))]
    with terminal("destroy", "--public", str(hall.public), *sticks) as shell:
        for seat in range(1, 6):
            shell.expect(f"{seat}. ")
            shell.answer("musnahkan kunci sekarang [y/t]", "t" if seat == 2 else "y")
            if seat != 2:
                shell.answer("lalu tekan Enter", "")
        shell.expect("Untuk dicetak dan ditandatangani")
        assert shell.end() == 0
    assert (hall.sticks[1] / "benih.json").exists()
    assert not (hall.sticks[0] / "benih.json").exists()
