"""What a voter can do beside voting: choose a language, type a card's code, change letters; and that it all ends."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from booth_samples import Polling, make_village, stop, temporary
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from kiosk_samples import officer_pins
from voter_screens import LONG, USUAL

from epilwu.booth import fit
from epilwu.booth.app import KioskConfig, create_app
from epilwu.booth.booth import Booth
from epilwu.booth.errors import NotNow
from epilwu.booth.setup import Settings
from epilwu.booth.states import Choosing, ChoosingLanguage, Done, Halted, Idle, Refusal, Refused, Typing
from epilwu.protocol.credential import BASE58, GROUPS, Token, grouped

HOST = {"Host": "127.0.0.1:8017"}
VILLAGE = make_village(rehearsal=True, tokens=4)


@pytest.fixture
def polling() -> Iterator[Polling]:
    with temporary() as name:
        yield Polling(Path(name), VILLAGE, settings=Settings(languages=("id", "en", "jv-x-cirebon")))


@pytest.fixture
def booth(polling: Polling) -> Iterator[Booth]:
    booth = polling.start()
    yield booth
    stop(booth)


@pytest.fixture
def client(booth: Booth, polling: Polling) -> FlaskClient:
    return create_app(booth, KioskConfig(port=8017, officer=officer_pins(polling))).test_client()


def _page(client: FlaskClient) -> str:
    return client.get("/", headers=HOST).get_data(as_text=True)


def _lang(client: FlaskClient) -> str:
    found = re.search(r'<html lang="([^"]+)">', _page(client))
    assert found is not None
    return found[1]


def test_a_voter_chooses_a_language_which_is_gone_with_the_voter(booth: Booth, client: FlaskClient) -> None:
    token = VILLAGE.tokens[0]
    assert _lang(client) == "id"
    booth.scan(token.text)
    assert booth.state == ChoosingLanguage() and "Basa Cerbon" in _page(client)
    with pytest.raises(NotNow):
        booth.choose_language("su")  # not on
    with pytest.raises(NotNow):
        booth.choose_language("en", "another turn")
    booth.choose_language("jv-x-cirebon")
    assert _lang(client) == "jv-x-cirebon" and "Pilih setunggal calon kuwu." in _page(client)
    booth.ask_language()
    client.post("/", data={"act": "bahasa-en", "turn": booth.shown.turn}, headers=HOST)
    assert _lang(client) == "en"
    booth.choose(2)
    booth.confirm()
    booth.print_slip()
    booth.slip_right()
    assert _lang(client) == "en" and "Your vote is recorded." in _page(client)
    booth.finish()
    assert _lang(client) == "id" and booth.state == Idle()


def test_who_has_to_read_what_became_of_a_vote_reads_it_in_the_chosen_language(
    booth: Booth, client: FlaskClient, polling: Polling
) -> None:
    booth.scan(VILLAGE.tokens[0].text)
    booth.choose_language("en")
    booth.enlarge()
    booth.choose(1)
    booth.confirm()
    booth.print_slip()
    polling.second.rename(polling.base / "saku")
    booth.slip_right()
    assert isinstance(booth.state, Halted) and "Your vote IS recorded." in _page(client)
    assert "Fold the slip and put it into the audit box." in _page(client)
    assert (booth.shown.view.language, booth.shown.view.size) == ("en", 1)
    (polling.base / "saku").rename(polling.second)
    booth.resume()
    assert (booth.shown.view.language, booth.shown.view.size) == ("id", 0)


def test_a_typed_code_starts_a_session_and_stands_nowhere(
    booth: Booth, client: FlaskClient, polling: Polling, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = VILLAGE.tokens[0]
    client.post("/", data={"act": "ketik", "turn": booth.shown.turn}, headers=HOST)
    assert booth.state == Typing()
    bare = token.text.replace("-", "")
    answer = client.post("/", data={"act": "kirim", "kode": bare, "turn": booth.shown.turn}, headers=HOST)
    assert answer.headers["Location"] == "/"
    assert booth.state == ChoosingLanguage()
    assert not any(part in _page(client) or part in caplog.text for part in (bare, token.text))
    kept = [path.read_bytes() for folder in (polling.first, polling.second) for path in folder.rglob("*")]
    assert kept and not any(bare.encode() in data or token.text.encode() in data for data in kept)


def test_only_a_code_that_may_be_mistyped_is_shown_again(booth: Booth) -> None:
    mistyped = Token.generate().text
    for text, refusal, again in (
        (mistyped.replace("-", ""), Refusal.OTHER_ELECTION, mistyped),
        ("5KQ", Refusal.MALFORMED, "5KQ"),
        (VILLAGE.others[0].text, Refusal.OTHER_BOOTH, ""),
        ("EPW1:ABC", Refusal.NOT_A_TOKEN, ""),
    ):
        booth.type_card()
        booth.typed(text)
        assert booth.state == Refused(refusal, again)
        booth.type_card()
        assert booth.state == Typing(again)
        booth.finish()
    booth.scan(mistyped)
    assert booth.state == Refused(Refusal.OTHER_ELECTION)  # a scanned card is never kept


def test_codes_are_typed_on_their_own_screen_alone(booth: Booth) -> None:
    with pytest.raises(NotNow):
        booth.typed(VILLAGE.tokens[0].text)
    booth.type_card()
    with pytest.raises(NotNow):
        booth.typed(VILLAGE.tokens[0].text, "another turn")
    booth.scan(VILLAGE.tokens[0].text)  # the scanner may be back in the meantime
    assert booth.state == ChoosingLanguage()
    with pytest.raises(NotNow):
        booth.type_card()


def test_a_forgotten_code_and_forgotten_letters_are_gone_by_themselves(booth: Booth, polling: Polling) -> None:
    booth.type_card()
    booth.typed("5KQ")
    polling.now += booth.settings.refused_seconds
    booth.tick()
    assert isinstance(booth.state, Refused)  # there is something to mend: a little longer
    booth.type_card()
    polling.now += booth.settings.typing_seconds - 1
    booth.stir()  # a key was touched
    polling.now += booth.settings.typing_seconds - 1
    booth.tick()
    assert booth.state == Typing("5KQ")
    polling.now += 1
    booth.tick()
    assert booth.state == Idle()
    booth.enlarge()
    booth.contrast()
    polling.now += booth.settings.view_seconds
    booth.tick()
    assert booth.shown.view.size == 0 and not booth.shown.view.contrast


def test_letters_have_four_sizes_and_start_again(booth: Booth, client: FlaskClient) -> None:
    booth.scan(VILLAGE.tokens[0].text)
    booth.choose_language("id")
    for size in (1, 2, 3, 0):
        client.post("/", data={"act": "besar", "turn": booth.shown.turn}, headers=HOST)
        assert booth.shown.view.size == size and f'data-size="{size}"' in _page(client)
    assert booth.state == Choosing()


def test_with_one_language_nobody_is_asked() -> None:
    with temporary() as name:
        booth = Polling(Path(name), VILLAGE).start()
        booth.scan(VILLAGE.tokens[0].text)
        assert booth.state == Choosing()
        with pytest.raises(NotNow):
            booth.ask_language()
        booth.choose(0)
        booth.confirm()
        booth.print_slip()
        booth.slip_right()
        assert isinstance(booth.state, Done)
        stop(booth)


@given(st.text(alphabet=BASE58 + "-", max_size=40))
def test_grouping_only_ever_moves_hyphens(text: str) -> None:
    bare = text.replace("-", "")
    assert grouped(text).replace("-", "") == bare
    if len(bare) == sum(GROUPS):
        assert Token.parse(grouped(text)).text == grouped(text)
    else:
        assert grouped(text) == text


@pytest.mark.parametrize("size", range(4))
@pytest.mark.parametrize("blank", [True, False])
@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_names_are_never_set_below_the_least_size_and_short_ones_grow(count: int, size: int, *, blank: bool) -> None:
    least = fit.LEAST / fit.STEP
    for names in (USUAL[:count], LONG[:count]):
        cards = fit.cards(names, blank=blank, size=size)
        assert min(cards.wide, cards.tall) >= least and max(cards.wide, cards.tall) <= 32
    if size:
        smaller = fit.cards(USUAL[:count], blank=blank, size=size - 1)
        assert fit.cards(USUAL[:count], blank=blank, size=size).tall >= smaller.tall
    assert fit.cards(["Wawan"] * count, blank=blank, size=3).wide > fit.cards(LONG[:count], blank=blank, size=3).wide


def test_a_name_that_fits_nowhere_is_set_in_the_least_size() -> None:
    assert fit.letters(["W" * 80], fit.Box(10.0, 2.0, 3.0)) == fit.LEAST
    assert fit.letters(["Ani"], fit.Box(10.0, 4.0, 3.0)) == 3.0
