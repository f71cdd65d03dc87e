from __future__ import annotations

import hashlib
import re

import pytest

from epilwu.election.errors import RulePackRefused
from epilwu.election.rules import Basis, RulePack, Scope, TieKind, load_rule_pack, threshold_fault

PACK = load_rule_pack()


def test_cirebon_2023() -> None:
    pack = RulePack.parse_toml(PACK)
    assert pack.sha256 == hashlib.sha256(PACK).hexdigest()
    assert (pack.regency.text, pack.candidates.least, pack.candidates.most) == ("32.09", 2, 5)
    assert [number for number in range(8) if number in pack.candidates] == [2, 3, 4, 5]
    assert "3" not in pack.candidates
    assert (pack.candidates_midterm.least, pack.candidates_midterm.most) == (2, 3)
    assert pack.station_voters.value == 500
    assert pack.voter_age.value == 17 and pack.ever_married_may_vote
    assert pack.least_ballots_to_decrypt.value == 10
    assert (pack.trustees_threshold.value, pack.trustees.value) == (3, 5)
    assert (pack.dispute.filing_days, pack.dispute.decision_days) == (3, 30)
    assert [tie.kind for tie in pack.ties] == [*TieKind]


def test_what_could_not_be_confirmed_is_never_called_law() -> None:
    pack = RulePack.parse_toml(PACK)
    assert not any(tie.origin.is_law or tie.origin.confirmed for tie in pack.ties)
    assert not pack.dispute.origin.is_law
    assert pack.least_ballots_to_decrypt.origin.basis is Basis.SETTING
    assert pack.winner.is_law and pack.candidates.origin.is_law
    origins = [pack.candidates.origin, pack.station_voters.origin, pack.dispute.origin, *(t.origin for t in pack.ties)]
    assert all(origin.source for origin in origins)


@pytest.mark.parametrize(
    ("margin", "valid", "below", "at_most"),
    [
        (20, 2147, True, True),
        (21, 2147, True, True),
        (22, 2147, False, False),
        (10, 1000, False, True),
        (9, 1000, True, True),
        (0, 1, True, True),
        (0, 0, False, True),
    ],
)
def test_dispute_compares_integers(margin: int, valid: int, below: bool, at_most: bool) -> None:
    strict = RulePack.parse_toml(PACK).dispute
    inclusive = RulePack.parse_toml(PACK.replace(b'comparison = "<"', b'comparison = "<="')).dispute
    assert strict.applies(margin, valid) is below
    assert inclusive.applies(margin, valid) is at_most


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"version = 1", b"version = 2"),
        (b'name = "Kabupaten Cirebon 2023"', b'name = ""'),
        (b'regency = "32.09"', b'regency = "32.09.07"'),
        (b'regency = "32.09"', b'regency = "Cirebon"'),
        (b'valid_from = "2023-01-01"', b'valid_from = "2023-02-30"'),
        (b"least = 2\nmost = 5", b"least = 6\nmost = 5"),
        (b'name = "Kabupaten Cirebon 2023"', b"name = 5"),
        (b'basis = "setting"', b'basis = ["setting"]'),
        (b'kind = "revote"', b'kind = ["revote"]'),
        (b"numerator = 1", b"numerator = 101"),
        (b"least = 2\nmost = 5", b"least = 0\nmost = 5"),
        (b"least = 2\nmost = 5", b"least = true\nmost = 5"),
        (b"least = 2\nmost = 5", b"most = 5"),
        (b"most_voters = 500", b"most_voters = 500.0"),
        (b"most_voters = 500", b"most_voters = 500\nsmell = 1"),
        (b"most_votes = true", b"most_votes = false"),
        (b'source = "UU 6/2014 pasal 37."', b'source = " "'),
        (b'source = "UU 6/2014 pasal 37."', b""),
        (b'comparison = "<"', b'comparison = ">"'),
        (b"denominator = 100", b"denominator = 0"),
        (b'basis = "setting"', b'basis = "rumour"'),
        (b"confirmed = false", b'confirmed = "no"'),
        (b'kind = "revote"', b'kind = "coin"'),
        (b'kind = "revote"', b'kind = "education"'),
        (b"threshold = 3", b"threshold = 2"),
        (b"threshold = 3", b"threshold = 6"),
        (b"size = 5", b"size = 4"),
        (b'scope = "village"', b'scope = "hamlet"'),
        (b'camp = "bpd"', b'camp = "calon"'),
        (b'camp = "bpd"', b'camp = ""'),
        (b'title = "Ketua BPD"', b'title = "Ketua panitia pemilihan"'),
        (b'title = "Ketua BPD"', b'name = "Ketua BPD"'),
        (b"[decryption]", b"[encryption]"),
        (b"[[tie]]", b"[tie]"),
        (b"[dispute]", b"[dispute"),
    ],
)
def test_altered_packs_are_refused(old: bytes, new: bytes) -> None:
    assert old in PACK
    with pytest.raises(RulePackRefused):
        RulePack.parse_toml(PACK.replace(old, new))


def test_trustees_seats_are_of_several_camps() -> None:
    pack = RulePack.parse_toml(PACK)
    assert pack.trustees_scope is Scope.VILLAGE
    assert len(pack.seats) == pack.trustees.value
    assert len({seat.camp for seat in pack.seats}) == 4
    assert all(seat.origin.basis is Basis.SETTING and seat.origin.source for seat in pack.seats)


def test_each_candidate_may_have_a_seat_and_a_regency_one_ceremony() -> None:
    """Another pack: nine seats, five of them the candidates' witnesses, each a camp of its own."""
    seats = [("Ketua panitia", "panitia"), ("Ketua BPD", "bpd"), ("Camat", "kecamatan"), ("Bupati", "kabupaten")]
    seats += [(f"Saksi calon nomor {number}", f"calon-{number}") for number in range(1, 6)]
    table = '[[seat]]\ntitle = "{}"\ncamp = "{}"\nbasis = "setting"\nconfirmed = true\nsource = "uji"\n'
    head = PACK[: PACK.index(b"[[seat]]")].replace(b"threshold = 3\nsize = 5", b"threshold = 5\nsize = 9")
    data = head.replace(b'scope = "village"', b'scope = "regency"') + "".join(table.format(*s) for s in seats).encode()
    pack = RulePack.parse_toml(data)
    assert (pack.trustees_threshold.value, len(pack.seats), pack.trustees_scope) == (5, 9, Scope.REGENCY)


@pytest.mark.parametrize(
    ("threshold", "camps", "fault"),
    [
        (3, "abcde", None),
        (3, "aabbc", None),
        (5, "aaaab", None),
        (3, "aaabc", "kubu “a”"),
        (2, "abcd", "separuh"),
        (2, "abcde", "separuh"),
        (6, "abcde", "separuh"),
        (0, "", "separuh"),
        (1, "a", "kubu “a”"),
    ],
)
def test_no_camp_opens_alone_and_no_two_groups_open_apart(threshold: int, camps: str, fault: str | None) -> None:
    found = threshold_fault(threshold, list(camps))
    assert found == fault if fault is None else found is not None and fault in found


def _without(table: bytes) -> bytes:
    """The pack without its tables of that name."""
    head, *tables = re.split(rb"(?m)^(?=\[)", PACK)
    return head + b"".join(text for text in tables if not text.strip(b"[").startswith(table + b"]"))


@pytest.mark.parametrize("table", [b"candidates", b"winner", b"dispute", b"tie"])
def test_a_rule_is_a_table_and_ties_a_list_of_them(table: bytes) -> None:
    for value in (b"1", b"{}", b'"x"'):
        with pytest.raises(RulePackRefused):
            RulePack.parse_toml(table + b" = " + value + b"\n" + _without(table))
    with pytest.raises(RulePackRefused):
        RulePack.parse_toml(_without(table))
    assert RulePack.parse_toml(b"tie = []\n" + _without(b"tie")).ties == ()


def test_a_range_may_be_one_number() -> None:
    pack = RulePack.parse_toml(PACK.replace(b"least = 2\nmost = 5", b"least = 5\nmost = 5"))
    assert 5 in pack.candidates and 4 not in pack.candidates


def test_foreign_bytes_are_refused() -> None:
    long = PACK + b"#" * (65 << 10)
    for data in (b"", b"\xff", long, b"candidates = 1\n" + PACK):
        with pytest.raises(RulePackRefused):
            RulePack.parse_toml(data)
