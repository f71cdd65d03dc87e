"""The laptop's page without a browser: forms filled in as they stand on the page, and nothing that is not there."""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from hall import RULES, Hall, passphrase
from werkzeug.test import TestResponse

from epilwu.trust.keyfile import CHEAPEST
from epilwu.trustee import evening
from epilwu.trustee.plan import Plan
from epilwu.trustee.verifier import Verifier
from epilwu.trustee.web.app import create_app
from epilwu.trustee.web.config import WebConfig
from epilwu.trustee.web.sticks import plugged

PORT = 8018
HOST = f"127.0.0.1:{PORT}"


def config(folder: Path, verifier: Verifier | None = None, *, port: int = PORT) -> WebConfig:
    return WebConfig(
        port=port, secret=b"s" * 32, work=folder / "laptop", sticks=folder / "diska", verifier=verifier,
        rules=RULES, cost=CHEAPEST,
    )  # fmt: skip


def hall_of(told: WebConfig, size: int = 5) -> Hall:
    """Five empty sticks beside the laptop; its shared folder."""
    assert told.sticks is not None
    sticks = tuple(told.sticks / f"diska-{seat}" for seat in range(1, size + 1))
    for path in (*sticks, told.public):
        path.mkdir(parents=True, exist_ok=True)
    return Hall(told.public, sticks)


@dataclass(frozen=True)
class Form:
    action: str
    method: str
    fields: tuple[tuple[str, str], ...]  # hidden, filled in or chosen beforehand
    offered: tuple[tuple[str, str], ...]  # everything that can be given, ticked boxes or not


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(found["action"], found["method"], (), ()))
        elif tag == "input" and self.forms and "disabled" not in found and "name" in found:
            form, pair = self.forms[-1], (found["name"], found.get("value", ""))
            given = found.get("type") not in {"checkbox", "radio"} or "checked" in found
            fields = (*form.fields, pair) if given else form.fields
            self.forms[-1] = replace(form, fields=fields, offered=(*form.offered, pair))


def forms(page: str) -> list[Form]:
    parser = _Forms()
    parser.feed(page)
    return parser.forms


class Laptop:
    """Somebody at the laptop: reads the page, fills in its form, sends it."""

    def __init__(self, told: WebConfig) -> None:
        self.config = told
        self.app: Flask = create_app(told)
        self.client: FlaskClient = self.app.test_client()
        assert self.get(told.entry().removeprefix(f"http://{HOST}")).status_code == 200
        self.place = "/"

    def restarted(self) -> Laptop:
        """The program was killed and started again."""
        return Laptop(self.config)

    def get(self, url: str) -> TestResponse:
        answer = self.client.get(url, base_url=f"http://{HOST}", follow_redirects=True)
        for _ in range(300):
            if answer.request.path != "/tunggu":
                break
            time.sleep(0.05)
            answer = self.client.get("/tunggu", base_url=f"http://{HOST}", follow_redirects=True)
        self.page = answer.get_data(as_text=True)
        self.status = answer.status_code
        return answer

    def form(self, action: str) -> Form:
        return next(form for form in forms(self.page) if form.action == action)

    def send(self, action: str, **given: str | list[str]) -> TestResponse:
        """The form of the present page with that action, filled in with ``given`` (a list: boxes to tick)."""
        form = self.form(action)
        names = {name for name, _ in form.offered}
        assert set(given) <= names, (set(given) - names, self.page)
        data: dict[str, list[str]] = {}
        for name, value in form.fields:
            data.setdefault(name, []).append(value)
        data.update({name: value if isinstance(value, list) else [value] for name, value in given.items()})
        if form.method == "get":
            query = "&".join(f"{name}={value}" for name, values in data.items() for value in values)
            return self.get(f"{action}?{query}")
        return self.post(action, data)

    def post(self, url: str, data: dict[str, list[str]]) -> TestResponse:
        answer = self.client.post(url, data=data, base_url=f"http://{HOST}")
        if answer.status_code != 303:
            self.page, self.status = answer.get_data(as_text=True), answer.status_code
            return answer
        return self.get(answer.headers["Location"])

    @property
    def heading(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.page, re.DOTALL)
        assert found is not None, self.page
        return " ".join(re.sub(r"<[^>]*>", " ", found[1]).split())

    @property
    def told(self) -> str:
        """What the page says on top of the step before."""
        found = re.findall(r'<div class="told.*?<p>(.*?)</p>', self.page, re.DOTALL)
        return " ".join(re.sub(r"<[^>]*>", " ", " ".join(found)).split())

    def desk_plan(self) -> Plan | None:
        return evening.read_plan(self.config.public)

    def stick_id(self, name: str) -> str:
        return next(stick.id for stick in plugged(self.config.sticks, None) if stick.path.name == name)

    # The steps of both evenings

    def begin(self) -> None:
        self.get("/upacara")
        self.send("/upacara", judul="Pemilihan Kuwu 2023", wilayah="32.09.07.2007", tanggal="2023-10-22")
        self.send("/upacara/mulai")

    def tick(self, action: str = "/upacara/centang") -> None:
        seats = [value for name, value in self.form(action).offered if name == "kursi"]
        self.send(action, kursi=seats)

    def choose(self, name: str) -> None:
        """Take the stick whose folder is ``name``, among those that are offered."""
        found = re.search(rf'value="([0-9a-f]{{16}})"[^>]*>\s*<span><strong>{re.escape(name)}<', self.page)
        assert found is not None, self.page
        action = next(form.action for form in forms(self.page) if ("diska", found[1]) in form.offered)
        self.send(action, diska=found[1])

    def turn(self, seat: int, code: str | None = None) -> None:
        """Holder ``seat``, whose turn it is, gives stick and code."""
        if "ketik kode" not in self.heading and "buat kode" not in self.heading:
            self.choose(f"diska-{seat}")
        action = "/malam/buka" if self.config.sticks and "/malam/buka" in self.page else "/upacara/diska"
        given = {"kode": code or passphrase(seat)}
        if ("kode_lagi", "") in self.form(action).offered:
            given["kode_lagi"] = given["kode"]
        self.send(action, **given)

    def hold(self) -> None:
        """The whole ceremony."""
        self.begin()
        for _ in range(2):
            self.tick()
            for seat in range(1, 6):
                self.turn(seat)
        for seat in range(1, 6):
            self.turn(seat)
        self.tick()
        for seat in range(1, 6):
            self.turn(seat)


def bring_ceremony(held: Hall, told: WebConfig) -> Hall:
    """The finished ceremony on this laptop and these sticks."""
    hall = hall_of(told)
    for source, target in zip((held.public, *held.sticks), (hall.public, *hall.sticks), strict=True):
        shutil.copytree(source, target, dirs_exist_ok=True)
    return hall
