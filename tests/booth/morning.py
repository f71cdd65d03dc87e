"""The whole kiosk as a WSGI application, from two PINs on, with a hand on what officers touch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from booth_samples import PINS, Polling
from werkzeug.test import Client, TestResponse

from epilwu.booth.checks import MARKS
from epilwu.booth.devices.wedge import WedgeScanner
from epilwu.booth.kiosk import Kiosk
from epilwu.booth.opening_desk import Sources

PORT = 8017
HOST = {"Host": f"127.0.0.1:{PORT}"}


@dataclass(frozen=True, slots=True)
class Morning:
    """A kiosk, its pages and its polling."""

    kiosk: Kiosk
    polling: Polling
    client: Client

    def page(self, path: str = "/") -> str:
        answer = self.client.get(path, headers=HOST)
        assert answer.status_code == 200, answer.status
        return answer.get_data(as_text=True)

    def touch(self, act: str, path: str = "/", **more: str) -> TestResponse:
        """Touch a button that stands on the page now; the page's own pass goes along."""
        found = re.search(r'name="pass" value="([^"]*)"', self.page(path))
        data = {"act": act, "pass": found[1] if found else "", **more}
        return self.client.post(path, data=data, headers=HOST)

    def told(self, path: str = "/") -> str:
        """The page's alert or status."""
        found = re.search(r'role="(?:alert|status)">(.*?)</p>', self.page(path), re.DOTALL)
        return re.sub(r"<[^>]+>", "", found[1]).strip() if found else ""

    def heading(self, path: str = "/") -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.page(path), re.DOTALL)
        assert found is not None
        return found[1].strip()

    def pin(self, officer: int, pin: str | None = None) -> None:
        self.touch("pin", officer=str(officer), pin=PINS[officer] if pin is None else pin)

    def two(self) -> None:
        self.pin(1)
        self.pin(3)

    def pass_test(self) -> None:
        """Officers find everything well."""
        self.touch("lihat", value="touch")
        for mark in range(MARKS):
            self.touch("sentuh", value=str(mark))
        self.touch("cetak-uji")
        self.touch("baik", value="printer")
        self.touch("baik", value="clock")

    def open(self) -> None:
        """The whole opening."""
        self.two()
        self.touch("cocok")
        self.pass_test()
        self.touch("lulus")
        self.touch("tandatangan")

    def enter(self, officer: int = 2, pin: str | None = None) -> None:
        """An officer at the running booth."""
        pin = PINS[officer] if pin is None else pin
        self.client.post("/petugas", data={"act": "masuk", "officer": str(officer), "pin": pin}, headers=HOST)

    def act(self, act: str, **more: str) -> None:
        self.touch(act, "/petugas", **more)


@contextmanager
def morning(polling: Polling, *, medium: bool = True, **hall: object) -> Iterator[Morning]:
    """A kiosk at ``polling``; its package lies beside the media."""
    package, root = polling.base / "TPS01-B1.epb", polling.base / "root.pem"
    package.write_bytes(polling.village.package_bytes)
    root.write_bytes(polling.village.root_pem)
    stick: Path | None = polling.base / "stick" if medium else None
    if stick is not None:
        stick.mkdir(exist_ok=True)
    scanner = WedgeScanner()
    kiosk = Kiosk(polling.hall(**hall), scanner, Sources(package, root), port=PORT, medium=stick)
    try:
        yield Morning(kiosk, polling, Client(kiosk))
    finally:
        kiosk.stop()
