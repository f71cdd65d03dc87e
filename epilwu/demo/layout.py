"""Where the demonstration puts what: one folder a pair of hands, numbered in the order of the day."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from epilwu.tally.official_record import RECORD


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders under ``out``; in a real election no two of them are ever on one machine."""

    out: Path

    @property
    def setup(self) -> Path:
        """Public setup, signed by the committee."""
        return self.out / "1-persiapan" / "setup"

    @property
    def packages(self) -> Path:
        """Booth packages."""
        return self.out / "1-persiapan" / "paket-bilik"

    @property
    def envelopes(self) -> Path:
        """Opening codes."""
        return self.out / "1-persiapan" / "amplop-kode"

    @property
    def keys(self) -> Path:
        """The committee's and the tally's sealed keys."""
        return self.out / "1-persiapan" / "kunci-panitia"

    @property
    def desks(self) -> Path:
        """The desks' sealed keys."""
        return self.out / "1-persiapan" / "kunci-meja"

    @property
    def cards(self) -> Path:
        """Token cards to be printed and cut."""
        return self.out / "1-persiapan" / "kartu-token"

    def stick(self, index: int) -> Path:
        """A trustee's own stick."""
        return self.out / "2-pemegang-kunci" / f"diska-{index}"

    @property
    def ceremony(self) -> Path:
        """What trustees show one another."""
        return self.out / "2-pemegang-kunci" / "folder-bersama"

    def booth(self, name: str) -> Path:
        """A booth's two media and the papers that voters did not fold."""
        return self.out / "3-bilik" / name

    @property
    def boxes(self) -> Path:
        """The audit boxes: a folder of papers per station."""
        return self.out / "4-kotak-audit"

    @property
    def medium(self) -> Path:
        """The stick with station reports and desk books."""
        return self.out / "5-laporan"

    @property
    def database(self) -> Path:
        """The tally's database."""
        return self.out / "6-hitung" / "hitung.sqlite"

    @property
    def running(self) -> Path:
        """Boards on their way to the trustees."""
        return self.out / "6-hitung" / "papan-berjalan"

    @property
    def shares(self) -> Path:
        """Shares on their way back."""
        return self.out / "6-hitung" / "bagian"

    @property
    def public(self) -> Path:
        """What everyone may download."""
        return self.out / "publik"

    @property
    def auditors(self) -> Path:
        """What only auditors get."""
        return self.out / "auditor"

    @property
    def official_record(self) -> Path:
        """The committee's record."""
        return self.public / RECORD

    @property
    def audit_record(self) -> Path:
        """The auditors' record."""
        return self.out / "berita-acara-audit.pdf"
