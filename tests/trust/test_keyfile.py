from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epilwu.trust.canonical import dumps
from epilwu.trust.errors import KeyFileRefused, MalformedFile
from epilwu.trust.keyfile import CHEAPEST, DEFAULT, MAX_SECRET, Cost, seal, unseal

LABEL = "epilwu/test-key/v1 32.09"
SEALED = seal(b"rahasia", "kode pembuka", label=LABEL, cost=CHEAPEST)


@given(st.binary(min_size=1, max_size=300), st.text(min_size=1, max_size=20))
def test_what_is_sealed_is_unsealed(secret: bytes, passphrase: str) -> None:
    sealed = seal(secret, passphrase, label=LABEL, cost=CHEAPEST)
    assert unseal(sealed, passphrase, label=LABEL) == secret


def test_the_largest_secret() -> None:
    assert unseal(seal(bytes(MAX_SECRET), "kode", label=LABEL, cost=CHEAPEST), "kode", label=LABEL) == bytes(MAX_SECRET)


def test_no_two_files_are_alike_and_none_shows_the_secret() -> None:
    again = seal(b"rahasia", "kode pembuka", label=LABEL, cost=CHEAPEST)
    assert again != SEALED
    assert b"rahasia" not in SEALED and b"rahasia".hex().encode() not in SEALED


def test_wrong_codes_labels_and_empty_codes_are_refused() -> None:
    with pytest.raises(KeyFileRefused, match="salah") as refusal:
        unseal(SEALED, "kode pembukaan", label=LABEL, where="keys.json")
    assert refusal.value.where == "keys.json" and "pembukaan" not in str(refusal.value)
    with pytest.raises(KeyFileRefused, match="keperluan lain"):
        unseal(SEALED, "kode pembuka", label=LABEL + "1")
    with pytest.raises(KeyFileRefused, match="kosong"):
        unseal(SEALED, "", label=LABEL)
    with pytest.raises(KeyFileRefused, match="kosong"):
        seal(b"x", "", label=LABEL, cost=CHEAPEST)


def test_a_relabelled_file_does_not_open() -> None:
    relabelled = dumps({**json.loads(SEALED), "label": "epilwu/other/v1"})
    with pytest.raises(KeyFileRefused, match="salah"):
        unseal(relabelled, "kode pembuka", label="epilwu/other/v1")


def test_accents_typed_in_two_ways_are_one_code() -> None:
    assert unseal(seal(b"x", "Jos\u00e9", label=LABEL, cost=CHEAPEST), "Jose\u0301", label=LABEL) == b"x"


@pytest.mark.parametrize(
    "change",
    [
        {"kdf": "scrypt"},
        {"cipher": "none"},
        {"operations": 0},
        {"operations": 1000},
        {"memory_kib": 1 << 30},
        {"memory_kib": 1},
        {"salt": "00"},
        {"nonce": "00"},
        {"ciphertext": "00" * 16},
        {"ciphertext": "zz"},
        {"version": 2},
        {"hint": "nama ibu"},
    ],
)
def test_other_files_are_refused_before_any_work(change: dict[str, object]) -> None:
    began = time.perf_counter()
    with pytest.raises(MalformedFile):
        unseal(dumps({**json.loads(SEALED), **change}), "kode pembuka", label=LABEL)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("secret", "label"), [(b"", LABEL), (bytes(MAX_SECRET + 1), LABEL), (b"x", ""), (b"x", "a\nb")]
)
def test_nothing_is_sealed_that_would_not_open(secret: bytes, label: str) -> None:
    with pytest.raises(ValueError, match="range"):
        seal(secret, "kode", label=label, cost=CHEAPEST)


@given(st.data())
def test_no_flipped_bit_opens(data: st.DataObject) -> None:
    changed = bytearray(SEALED)
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((KeyFileRefused, MalformedFile)):
        unseal(bytes(changed), "kode pembuka", label=LABEL)


def test_the_default_costs_an_attacker_memory_and_an_officer_little_time() -> None:
    assert 64 << 10 <= DEFAULT.memory_kib <= 256 << 10
    began = time.perf_counter()
    sealed = seal(b"x", "kode", label=LABEL)
    assert time.perf_counter() - began < 3
    stated = json.loads(sealed)
    assert Cost(stated["operations"], stated["memory_kib"]) == DEFAULT
