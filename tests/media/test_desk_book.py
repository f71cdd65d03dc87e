from __future__ import annotations

import json
from datetime import date

import media_samples as samples
import pytest
from hypothesis import given
from hypothesis import strategies as st
from media_samples import DAY, DESK, VILLAGE, book, book_bytes, certified

from epilwu.election import definition as definitions
from epilwu.errors import EpilwuError
from epilwu.media.container import Kind
from epilwu.media.desk_book import parse, read, serialise, write
from epilwu.media.errors import BookRefused, ContainerRefused, OtherElection, RehearsalRefused
from epilwu.trust.canonical import dumps
from epilwu.trust.certificates import Holder, Role
from epilwu.trust.errors import CertificateExpired, CertificateForeign, CertificateWrongHolder, MalformedFile

ROOT = samples.authority().root


def test_a_book_comes_back() -> None:
    found = read(book_bytes(), ROOT, DAY, definition=samples.definition())
    assert found == book()
    assert (found.attendance, found.roll) == (3, 490)
    assert book(roll_men=None).roll is None and book(roll_women=None).roll is None


def test_uneven_books_are_read_all_the_same() -> None:
    uneven = book(attendance_men=9, tokens_handed=1, roll_men=None, roll_women=None)
    assert read(write(uneven, certified(DESK).key, certified(DESK).pem), ROOT, DAY) == uneven


@pytest.mark.parametrize(
    "changes",
    [
        {"attendance_men": -1},
        {"attendance_men": None},
        {"tokens_handed": 100_001},
        {"tokens_handed": "3"},
        {"roll_men": True},
        {"station": 0},
        {"uuid": "x"},
        {"region": "x"},
        {"definition_hash": ""},
        {"rehearsal": 1},
    ],
)
def test_impossible_figures_are_neither_written_nor_read(changes: dict[str, object]) -> None:
    with pytest.raises(MalformedFile):
        serialise(book(**changes))
    with pytest.raises(MalformedFile):
        parse(dumps({**json.loads(serialise(book())), **changes}))


def test_only_this_stations_desk_signs() -> None:
    with pytest.raises(CertificateForeign):
        read(book_bytes(), samples.Authority().root, DAY)
    with pytest.raises(CertificateExpired):
        read(book_bytes(), ROOT, date(2025, 1, 1))
    for holder in (samples.BOOTH, samples.COMMITTEE):
        with pytest.raises(CertificateWrongHolder):
            read(write(book(), certified(holder).key, certified(holder).pem), ROOT, DAY)
    for holder in (Holder(Role.DESK, VILLAGE, 2), Holder(Role.DESK, "32.09.07.2008", 1)):
        with pytest.raises(BookRefused, match="TPS lain"):
            read(write(book(), certified(holder).key, certified(holder).pem), ROOT, DAY)


def test_rehearsals_and_other_elections_are_refused() -> None:
    rehearsed = write(book(rehearsal=True), certified(DESK).key, certified(DESK).pem)
    assert read(rehearsed, ROOT, DAY, rehearsal=True).rehearsal
    with pytest.raises(RehearsalRefused):
        read(rehearsed, ROOT, DAY)
    with pytest.raises(RehearsalRefused):
        read(book_bytes(), ROOT, DAY, rehearsal=True)
    with pytest.raises(OtherElection):
        read(rehearsed, ROOT, DAY, rehearsal=True, definition=samples.definition())
    for changes in ({"definition_hash": "00" * 32}, {"uuid": "2" * 14}):
        other = write(book(**changes), certified(DESK).key, certified(DESK).pem)
        with pytest.raises(OtherElection):
            read(other, ROOT, DAY, definition=samples.definition())


def test_a_definition_that_names_another_village_or_station_is_refused() -> None:
    """The book names exactly that definition, so that the hash alone would not tell."""
    value = json.loads(samples.definition())
    for changed in ({**value, "region": "32.09.07.2008"}, {**value, "stations": value["stations"][1:]}):
        definition = dumps(changed)
        named = book(definition_hash=definitions.definition_hash(definition))
        data = write(named, certified(DESK).key, certified(DESK).pem)
        assert read(data, ROOT, DAY) == named
        with pytest.raises(OtherElection):
            read(data, ROOT, DAY, definition=definition)


def test_other_contents_are_refused() -> None:
    signer = certified(DESK)
    with pytest.raises(BookRefused):
        read(samples.resign(book_bytes(), Kind.DESK_BOOK, signer, lambda f: f.update({"x": b""})), ROOT, DAY)
    with pytest.raises(ContainerRefused):
        read(samples.resign(book_bytes(), Kind.DESK_BOOK, signer, lambda f: {"x": b""}), ROOT, DAY)
    with pytest.raises(ContainerRefused):
        read(samples.report_bytes(), ROOT, DAY)


@given(st.data())
def test_no_flipped_bit_is_accepted(data: st.DataObject) -> None:
    changed = bytearray(book_bytes())
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(EpilwuError):
        read(bytes(changed), ROOT, DAY)
