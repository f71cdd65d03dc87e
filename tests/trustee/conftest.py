"""The published verifier, packed once for all tests; a ceremony held once, to be copied."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from hall import Hall, planned

from epilwu.audit.verifier_file import NAME, build
from epilwu.trustee.verifier import Verdict, Verifier


class Remembering(Verifier):
    """The real verifier, not asked twice about the same bytes: each question takes half a second."""

    def verify(self, board: bytes, beside: Mapping[str, bytes]) -> Verdict:
        return _verdict(self.path, board, tuple(sorted(beside.items())))


@cache
def _verdict(path: Path, board: bytes, beside: tuple[tuple[str, bytes], ...]) -> Verdict:
    return Verifier(path).verify(board, dict(beside))


@pytest.fixture(scope="session")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Verifier:
    path = tmp_path_factory.mktemp("pemeriksa") / NAME
    path.write_bytes(build())
    return Remembering(path)


@pytest.fixture(scope="session")
def held(tmp_path_factory: pytest.TempPathFactory) -> Hall:
    """A finished ceremony. Read only: who changes anything copies it (``hall.copied``)."""
    hall = planned(tmp_path_factory.mktemp("balai"))
    hall.hold()
    return hall
