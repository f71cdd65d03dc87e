"""What systemd hears of the booth, on a real datagram socket."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path

import pytest

from epilwu.booth import service_manager


@pytest.mark.parametrize("abstract", [False, True])
def test_the_manager_hears_that_the_booth_is_ready(tmp_path: Path, *, abstract: bool) -> None:
    name = secrets.token_hex(8)
    address, told = ("\0" + name, "@" + name) if abstract else (str(tmp_path / "s"), str(tmp_path / "s"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(5)
        assert service_manager.say("READY=1", {"NOTIFY_SOCKET": told})
        assert manager.recv(64) == b"READY=1"


def test_without_a_manager_nothing_is_said(tmp_path: Path) -> None:
    assert not service_manager.say("READY=1", {})
    assert not service_manager.say("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "gone")})
    assert not service_manager.say("READY=1", {"NOTIFY_SOCKET": "tcp:1"})
