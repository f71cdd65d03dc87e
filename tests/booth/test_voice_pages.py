"""The guide over HTTP: recordings served from memory to this page alone, nothing kept, nothing told."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from booth_samples import Polling, stop, temporary, village
from flask.testing import FlaskClient
from kiosk_samples import officer_pins

from epilwu.booth import voice
from epilwu.booth.app import KioskConfig, create_app
from epilwu.booth.booth import Booth
from epilwu.booth.opening import zero_report
from epilwu.booth.rows import Counts
from epilwu.booth.setup import Settings
from epilwu.booth.states import Confirming, Idle
from epilwu.booth.voice import voice_fingerprint
from epilwu.booth.voice.pages import VoicePages
from epilwu.receipt.blocks import Text

PORT = 8019
HOST = {"Host": f"127.0.0.1:{PORT}"}


@pytest.fixture
def polling() -> Iterator[Polling]:
    with temporary() as name:
        yield Polling(Path(name), village())


@pytest.fixture
def booth(polling: Polling) -> Iterator[Booth]:
    booth = polling.start()
    yield booth
    stop(booth)


@pytest.fixture
def client(booth: Booth, polling: Polling) -> FlaskClient:
    return create_app(booth, KioskConfig(port=PORT, officer=officer_pins(polling))).test_client()


def _page(client: FlaskClient) -> str:
    return client.get("/", headers=HOST).get_data(as_text=True)


def _press(client: FlaskClient, key: str) -> None:
    """What keypad.js does: send the form that the page holds for the key."""
    form = re.search(rf'data-pad="{key}">(.*?)</form>', _page(client), re.DOTALL)
    assert form is not None, key
    values = dict(re.findall(r'name="(\w+)" value="([^"]+)"', form[1]))
    assert client.post("/", data=values, headers=HOST).status_code == 303


def _fetches(page: str) -> list[str]:
    found = re.search(r'data-fetches="([^"]*)"', page)
    return found[1].split() if found else []


def test_a_vote_by_the_page_s_keys(client: FlaskClient, booth: Booth) -> None:
    assert "<audio" not in _page(client) and _fetches(_page(client)) == []
    _press(client, "any")
    assert "<audio" in _page(client)
    booth.scan(village().tokens[0].text)
    _press(client, "3")
    assert booth.state == Confirming(3)
    _press(client, "back")
    _press(client, "0")
    assert booth.state == Confirming(0)
    _press(client, "enter")
    booth.print_slip()
    _press(client, "enter")
    assert booth.ledger.store.counts().ballots == 1
    booth.finish()
    assert isinstance(booth.state, Idle) and "<audio" not in _page(client)


def test_every_recording_of_a_page_is_served_and_kept_nowhere(client: FlaskClient, booth: Booth) -> None:
    booth.voice_on()
    booth.scan(village().tokens[0].text)
    names = _fetches(_page(client))
    assert len(names) > 10
    for name in names:
        answer = client.get(f"/suara/{name}", headers=HOST)
        assert answer.status_code == 200 and answer.mimetype == "audio/ogg"
        assert answer.headers["Cache-Control"] == "no-store"
        recording = voice.load(booth.setup).get(*name.split("/"))
        assert recording is not None and answer.data == recording.data
    policy = client.get("/", headers=HOST).headers["Content-Security-Policy"]
    assert "media-src 'self' blob:" in policy.split("; ") and "default-src 'none'" in policy


@pytest.mark.parametrize(
    "path",
    [
        "/suara/id/tidak-ada",
        "/suara/xx/choose",
        "/suara/id/choose.opus",
        "/suara/id/SHA256SUMS",
        "/suara/id/candidate-1",
    ],
)
def test_there_is_nothing_else_to_be_asked_for(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers=HOST).status_code == 404
    assert client.get("/suara/id/choose", headers={"Host": "evil.example"}).status_code == 403


def test_what_is_said_is_not_logged(
    client: FlaskClient, booth: Booth, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    booth.voice_on()
    booth.scan(village().tokens[0].text)
    booth.choose(3)
    for name in _fetches(_page(client)):
        client.get(f"/suara/{name}", headers=HOST)
    seen = caplog.text + "".join(capsys.readouterr())
    assert "number-" not in seen and "suara" not in seen


def test_pages_of_all_choices_name_the_same_recordings(client: FlaskClient, booth: Booth) -> None:
    booth.voice_on()
    booth.scan(village().tokens[0].text)
    lists = set()
    for choice in range(6):
        booth.choose(choice)
        lists.add(tuple(_fetches(_page(client))))
        booth.redo()
    assert len(lists) == 1


def test_the_opening_report_shows_the_hash_of_all_that_the_booth_can_say() -> None:
    setup = village().setup
    own = voice.shipped()[next(iter(voice.shipped()))]
    other = replace(setup, package=replace(setup.package, voices={"id.candidate-1.opus": own}))
    papers = []
    for each in (setup, other):
        layout = zero_report(each, Counts(0, 0, 0, 0, 0), "ab" * 32, Settings(), device="1" * 16)
        texts = [block.text for block in layout.blocks if isinstance(block, Text)]
        papers.append(re.sub(r"\s", "", "".join(texts)))
        assert voice_fingerprint(each) in papers[-1]
    assert papers[0] != papers[1]


def test_officers_can_listen_to_each_candidate_s_recordings_before_the_opening() -> None:
    setup = village().setup
    own = voice.shipped()[next(iter(voice.shipped()))]
    voices = {"id.candidate-2.opus": own, "en.candidate-2.opus": own, "id.candidate-1.opus": own, "id.choose.opus": own}
    pages = VoicePages(replace(setup, package=replace(setup.package, voices=voices)), Settings())
    assert pages.to_listen() == [
        ("Uji suara", "/suara/id/sound-test"),
        ("Calon 1 (id)", "/suara/id/candidate-1"),
        ("Calon 2 (en)", "/suara/en/candidate-2"),
        ("Calon 2 (id)", "/suara/id/candidate-2"),
    ]
