"""The trial: nobody can choose what is opened, everybody is tried at least twice, a false share is named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hall import Hall

from epilwu.protocol.tally import combine, parse_share, serialise_share
from epilwu.trust.errors import MalformedFile
from epilwu.trustee import evening, trial
from epilwu.trustee.errors import CeremonyStopped


def shares(hall: Hall) -> dict[int, bytes]:
    return {seat: (hall.public / trial.share_name(seat)).read_bytes() for seat in range(1, 6)}


def test_the_test_sum_follows_from_the_trustees_alone(held: Hall) -> None:
    trustees = evening.confirmed(held.public)
    assert trial.trial_of(trustees) == trial.trial_of(trustees)
    first = trial.trial_of(trustees)
    assert all(0 <= number <= trial.MOST for number in first.numbers)
    assert not first.election.description.startswith("E-Pilwu")
    opened = {o: parse_share(first.election, first.tally, data).decryption for o, data in shares(held).items()}
    assert combine(first.election, trustees, first.tally, opened, ballots=trial.MOST) == first.numbers


@pytest.mark.parametrize(
    ("size", "threshold", "groups"),
    [(3, 2, 3), (5, 3, 10), (5, 4, 5), (7, 4, 35), (9, 5, 126), (11, 6, 11), (25, 13, 25)],
)
def test_each_holder_is_tried_in_at_least_two_groups(size: int, threshold: int, groups: int) -> None:
    chosen = trial.groups_to_try(size, threshold)
    assert len(set(chosen)) == len(chosen) == groups
    assert all(len(set(group)) == threshold for group in chosen)
    assert min(sum(owner in group for group in chosen) for owner in range(1, size + 1)) >= 2


def test_false_shares_are_named(held: Hall) -> None:
    trustees = evening.confirmed(held.public)
    given = shares(held)
    swapped = given | {2: given[3]}
    with pytest.raises(CeremonyStopped) as refusal:
        trial.conclude(trustees, swapped)
    assert refusal.value.where == "pemegang kunci 2"
    first = trial.trial_of(trustees)
    honest = parse_share(first.election, first.tally, given[4])
    spoilt = serialise_share(first.election, first.tally, replace(honest, proofs=honest.proofs[::-1]))
    with pytest.raises(CeremonyStopped, match="Bukti terikatnya") as refusal:
        trial.conclude(trustees, given | {4: spoilt})
    assert refusal.value.where == "pemegang kunci 4"
    with pytest.raises(CeremonyStopped):
        trial.conclude(trustees, {1: given[1], 2: given[2]})
    assert trial.share_fault(trustees, 2, given[3]) is not None
    assert trial.share_fault(trustees, 2, given[2]) is None


def test_the_record_is_read_strictly(held: Hall) -> None:
    data = (held.public / trial.RESULT).read_bytes()
    result = trial.parse_result(data)
    assert trial.serialise_result(result) == data
    for wrong in (
        b"",
        data + b" ",
        data.replace(b'"version":1', b'"version":2'),
        data.replace(b"[1,2,3]", b"[1,2,-3]"),
    ):
        with pytest.raises(MalformedFile):
            trial.parse_result(wrong)
