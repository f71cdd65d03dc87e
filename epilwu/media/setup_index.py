"""``setup.json``: what the committee committed itself to before the day, a file's SHA-256 for each file of the setup.

It is signed by the committee (``setup.json.sig``) and published with the results. The ballots' proofs bind the election
but not the list of credentials; this does, for it holds the hash of each station's list, of its election, of the
trustees and of each booth's certificate. So nobody can widen a list afterwards and vote with tokens of his own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from epilwu.media.errors import PublishedRefused
from epilwu.media.published import package_name
from epilwu.trust.canonical import HEX_256, Json, Record, dumps

CONTEXT = "epilwu/setup/v1"
NAME = "setup.json"
TRUSTEES = "trustees.json"
LIMIT = 4 << 20
MAX_FILES = 20_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
_TODO = "Minta map persiapan (setup) yang utuh dari panitia."


@dataclass(frozen=True, slots=True)
class SetupIndex:
    """SHA-256 (hex) by the names of the setup's files."""

    files: Mapping[str, str]

    def serialise(self) -> bytes:
        """The file's bytes; raise ``MalformedFile`` or ``PublishedRefused`` for names that a reader would refuse."""
        listed: list[Json] = [{"name": name, "sha256": self.files[name]} for name in sorted(self.files)]
        data = dumps({"files": listed, "version": 1})
        SetupIndex.parse(data)
        return data

    @staticmethod
    def parse(data: bytes, *, where: str = NAME) -> SetupIndex:
        """Read what ``serialise`` writes; raise ``MalformedFile`` or ``PublishedRefused`` otherwise."""
        record = Record.parse(data, ("files", "version"), limit=LIMIT, where=where)
        entries = record.items("files", 1, MAX_FILES, _entry)
        names = [name for name, _ in entries]
        if names != sorted(set(names)):
            raise PublishedRefused("Daftar berkas tidak urut atau berulang.", where=where, todo=_TODO)
        return SetupIndex(dict(entries))

    def lists(self, name: str, data: bytes) -> bool:
        """Whether ``data`` is the file that was committed to under ``name``."""
        return self.files.get(name) == hashlib.sha256(data).hexdigest()


def election_name(uuid: str) -> str:
    """A station's ``election.json``, as its board holds it."""
    return f"{uuid}.election.json"


def credentials_name(uuid: str) -> str:
    """A station's list of public credentials, as its board holds it."""
    return f"{uuid}.credentials.json"


def booth_name(station: int, booth: int) -> str:
    """A booth in names of files: ``TPS01-B1``."""
    return package_name(station, booth).partition(".")[0]


def certificate_name(station: int, booth: int) -> str:
    """A booth's certificate (PEM)."""
    return f"{booth_name(station, booth)}.pem"


def _entry(value: Json, where: str) -> tuple[str, str]:
    record = Record.of(value, ("name", "sha256"), where)
    return record.matching("name", _NAME), record.matching("sha256", HEX_256)
