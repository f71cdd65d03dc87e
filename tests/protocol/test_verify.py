"""Verification: what passes, which rules apply, and that nothing is called passed that was not done.

What must be refused is in ``tests/attacks``.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from belenios_samples import Run
from boards import (
    COUNTS,
    END_BALLOTS,
    FIRST_BALLOT,
    FIRST_DECRYPTION,
    FOREIGN,
    RESULT,
    SETUP,
    TALLY,
    VOTES,
    Parts,
    Village,
    chained,
    compact,
    foreign_board,
    group,
    honest,
    honest_village,
    raw_events,
    sha256,
    verified,
    verified_parts,
    village,
)

from epilwu.protocol.archive import ArchiveReader
from epilwu.protocol.ballot import tracker
from epilwu.protocol.chain import NotAnArchive
from epilwu.protocol.verify import peek_uuid, verify_archive
from epilwu.protocol.verify_ballots import CHUNK, Item, Verdicts, VerificationInterrupted
from epilwu.protocol.verify_report import Name, Profile, Report, Status

MANDATORY = set(Name) - {Name.DEFINITION, Name.BOUND, Name.ORDER}


def statuses(report: Report) -> dict[str, str]:
    return {check.name: check.status for check in report.checks}


# What passes.


@pytest.mark.parametrize("path", FOREIGN, ids=lambda path: path.stem)
def test_foreign_archives_pass_by_their_own_rules(path: Path) -> None:
    report = verified(path.read_bytes())
    assert report.ok
    assert report.profile is Profile.BELENIOS
    assert report.uuid == path.stem
    assert [list(report.result or ())] == json.loads((path.parent / "result.json").read_text())["result"]
    assert report.ballots == report.counted == len((path.parent / "votes.tsv").read_text().splitlines())
    assert {check.name for check in report.checks} == MANDATORY
    assert "decryption is not bound" in report.check("partial-decryptions").detail
    assert [note.code for note in report.notes] == ["not-bound"]


def test_our_archive_passes_by_the_stricter_rules() -> None:
    report = verified_parts(honest())
    assert report.ok
    assert (report.profile, report.result, report.ballots) == (Profile.EPILWU, COUNTS, len(VOTES))
    assert {check.name for check in report.checks} == set(Name)
    assert len(report.checks) == len(Name)
    assert report.notes == ()
    assert report.head == list(ArchiveReader(io.BytesIO(honest().bel())).events())[-1].hash


def test_without_the_definition_a_note_says_what_was_not_compared() -> None:
    report = verified_parts(replace(honest(), definition=None))
    assert report.ok
    assert Name.DEFINITION not in statuses(report)
    assert [note.code for note in report.notes] == ["no-definition"]


@pytest.mark.parametrize("owners", [*combinations(range(1, 5), 2), (4, 1, 3)], ids=str)
def test_any_sufficient_trustees_in_any_order(owners: tuple[int, ...]) -> None:
    place, tally = honest_village(), honest_village().sum(honest().ballots)
    shares = [place.share(owner, tally) for owner in owners]
    listed = tuple((share.owner, share.decryption.data) for share in shares)
    side = json.loads(honest().side_file or b"")
    side["proofs"] = [
        {
            "owner": share.owner,
            "payload": sha256(share.decryption.data),
            "proofs": [[proof.to_json() for proof in share.proofs]],
        }
        for share in sorted(shares, key=lambda share: share.owner)
    ]
    report = verified_parts(replace(honest(), decryptions=listed, side_file=compact(side)))
    assert report.ok, report.failures
    assert report.result == COUNTS


@pytest.mark.parametrize("voters", [0, 1])
def test_hardly_any_ballots(voters: int) -> None:
    """Products that are the identity, and a count bounded by nothing."""
    place = village()
    report = verified_parts(place.count([place.ballot(voter, 0) for voter in range(voters)]))
    assert report.ok, report.failures
    assert report.result == (voters, 0, 0)


def test_elections_without_blank_and_with_ten_candidates() -> None:
    place = village(people=group(2, 3), blank=False, candidates=10, voters=2)
    report = verified_parts(place.count(place.cast([10, 1])))
    assert report.ok, report.failures
    assert report.result == (1, *[0] * 8, 1)


# Which rules apply.


def test_each_of_four_things_asks_for_the_stricter_rules() -> None:
    _, foreign = foreign_board()
    assert verified_parts(foreign).profile is Profile.BELENIOS
    assert verified_parts(foreign, profile=Profile.BELENIOS).profile is Profile.BELENIOS
    assert verified_parts(foreign, profile=Profile.EPILWU).profile is Profile.EPILWU
    assert verified_parts(replace(foreign, side_file=b"")).profile is Profile.EPILWU
    assert verified_parts(replace(foreign, definition=b"")).profile is Profile.EPILWU
    assert verified_parts(replace(honest(), side_file=None, definition=None)).profile is Profile.EPILWU


def test_the_weaker_rules_cannot_be_asked_for() -> None:
    report = verified_parts(replace(honest(), side_file=None, definition=None), profile=Profile.BELENIOS)
    assert report.profile is Profile.EPILWU
    assert report.check("bound-decryptions").status is Status.FAILED


@pytest.mark.parametrize("path", FOREIGN, ids=lambda path: path.stem)
def test_foreign_archives_fail_the_stricter_rules(path: Path) -> None:
    report = verified(path.read_bytes(), profile=Profile.EPILWU)
    assert {check.name for check in report.failures} == {Name.TRUSTEES, Name.BOUND, Name.ORDER}


# Voters who change their minds, in a foreign election.


def revoted() -> tuple[Village, Parts]:
    """Voter 0 votes three times, voter 1 twice: what counts is 2, 1 and 2."""
    place, _ = foreign_board()
    cast = [(0, 1), (1, 2), (0, 0), (2, 2), (1, 1), (0, 2)]
    ballots = [place.ballot(voter, choice) for voter, choice in cast]
    return place, replace(place.count(ballots, counted=ballots[3:]), side_file=None)


def test_the_last_ballot_of_a_credential_counts() -> None:
    report = verified_parts(revoted()[1])
    assert report.ok, report.failures
    assert report.result == (0, 1, 2)
    assert (report.ballots, report.counted) == (6, 3)
    assert "3 ballots were replaced" in report.check("repeated-credentials").detail
    assert "replaced" in [note.code for note in report.notes]


def test_counting_an_earlier_ballot_of_a_credential_is_refused() -> None:
    place, parts = revoted()
    wrong = place.count(parts.ballots, counted=[parts.ballots[index] for index in (0, 3, 4)])
    report = verified_parts(replace(wrong, side_file=None))
    assert [(check.name, check.code) for check in report.failures] == [(Name.ENCRYPTED_TALLY, "tally-sum")]


def test_counting_all_ballots_of_a_credential_is_refused() -> None:
    place, parts = revoted()
    report = verified_parts(replace(place.count(parts.ballots), side_file=None))
    assert [(check.name, check.code) for check in report.failures] == [(Name.ENCRYPTED_TALLY, "tally-count")]


# Boards that are not finished.

SINCE = {
    SETUP: {
        Name.ARCHIVE,
        Name.ELECTION,
        Name.DEFINITION,
        Name.TRUSTEES,
        Name.CREDENTIALS,
        Name.BALLOTS,
        Name.REPEATS,
        Name.ORDER,
    },
    TALLY: {Name.ENCRYPTED_TALLY},
    FIRST_DECRYPTION: {Name.DECRYPTIONS, Name.BOUND},
    RESULT: {Name.RESULT, Name.COMPLETE},
}


def cut_after(height: int) -> bytes:
    ends = [event.end for event in ArchiveReader(io.BytesIO(honest().bel())).events()]
    return honest().bel()[: ends[height]]


@pytest.mark.parametrize("height", range(RESULT))
def test_an_unfinished_board_fails_and_says_so(height: int) -> None:
    report = verified(cut_after(height), honest().side_file, honest().definition)
    complete = report.check("complete")
    assert (complete.status, complete.code, complete.position) == (Status.FAILED, "archive-unfinished", height + 1)
    assert not report.ok
    assert report.check("result").status is Status.NOT_CHECKED
    assert set(statuses(report)) == set(Name)


@pytest.mark.parametrize("height", [h for h in range(RESULT) if not h > FIRST_DECRYPTION])
def test_a_running_board_is_checked_as_far_as_it_is(height: int) -> None:
    side_file = side_file_of(1) if height == FIRST_DECRYPTION else honest().side_file
    report = verified(cut_after(height), side_file, honest().definition, running=True)
    assert report.ok, report.failures
    expected = set().union(*(names for since, names in SINCE.items() if since <= height))
    assert set(statuses(report)) == expected
    assert report.result is None
    assert "running" in [note.code for note in report.notes]


def side_file_of(trustees: int) -> bytes:
    side = json.loads(honest().side_file or b"")
    side["proofs"] = side["proofs"][:trustees]
    return compact(side)


def test_a_running_board_is_not_excused_anything_else() -> None:
    assert not verified(cut_after(3)[:-1], honest().side_file, honest().definition, running=True).ok
    assert not verified(cut_after(3)[:-1024], honest().side_file, honest().definition, running=True).ok
    empty = verified(honest().bel()[:1024], honest().side_file, honest().definition, running=True)
    assert not empty.ok
    assert empty.check("election").status is Status.NOT_CHECKED
    forged = replace(honest(), ballots=(honest().ballots[0], honest().ballots[1][:-1] + b" "))
    assert not verified(forged.bel()[: len(cut_after(2))], None, None, running=True).ok


def test_a_finished_board_passes_as_a_running_one() -> None:
    assert verified_parts(honest(), running=True) == verified_parts(honest())


# Nothing is passed that was not done.


def test_after_a_fault_in_the_archive_what_lies_behind_is_not_checked() -> None:
    bel = bytearray(honest().bel())
    ballot = list(ArchiveReader(io.BytesIO(bytes(bel))).events())[FIRST_BALLOT + 1]
    bel[ballot.offsets[0] + 600] ^= 1
    report = verified(bytes(bel), honest().side_file, honest().definition)
    assert report.check("archive").position == FIRST_BALLOT + 1
    for name in (Name.ELECTION, Name.TRUSTEES, Name.CREDENTIALS, Name.DEFINITION):
        assert report.check(name).status is Status.PASSED
    later = (
        Name.COMPLETE,
        Name.BALLOTS,
        Name.REPEATS,
        Name.ORDER,
        Name.ENCRYPTED_TALLY,
        Name.DECRYPTIONS,
        Name.BOUND,
        Name.RESULT,
    )
    for name in later:
        assert report.check(name).status is Status.NOT_CHECKED
        assert report.check(name).detail


@pytest.mark.parametrize(
    ("changes", "unchecked"),
    [
        ({"election": b"{}"}, set(Name) - {Name.ARCHIVE, Name.COMPLETE, Name.ELECTION, Name.CREDENTIALS}),
        ({"trustees": b"[]"}, {Name.DECRYPTIONS, Name.BOUND, Name.RESULT}),
        ({"credentials": b"[1]"}, {Name.BALLOTS, Name.ENCRYPTED_TALLY}),
        ({"tally": b"[]"}, {Name.DECRYPTIONS, Name.BOUND, Name.RESULT}),
    ],
    ids=["election", "trustees", "credentials", "tally"],
)
def test_what_needs_a_refused_part_is_not_checked(changes: dict[str, bytes], unchecked: set[Name]) -> None:
    report = verified_parts(replace(honest(), **changes))  # type: ignore[arg-type]
    assert not report.ok
    assert {check.name for check in report.checks if check.status is Status.NOT_CHECKED} == unchecked
    assert all(check.detail for check in report.checks)


def lost(function: Callable[[tuple[Item, ...]], Verdicts], chunks: Iterable[tuple[Item, ...]]) -> Iterator[Verdicts]:
    """Workers that die at once."""
    next(iter(chunks))
    raise VerificationInterrupted("a worker was lost")
    yield from map(function, chunks)


def forgetful(
    function: Callable[[tuple[Item, ...]], Verdicts], chunks: Iterable[tuple[Item, ...]]
) -> Iterator[Verdicts]:
    """Workers whose answers get lost."""
    for chunk in chunks:
        function(chunk)
    return iter(())


@pytest.mark.parametrize(("workers", "code"), [(lost, "worker-lost"), (forgetful, "ballots-lost")])
def test_ballots_whose_check_got_lost_are_not_checked(workers: Callable[..., Iterator[Verdicts]], code: str) -> None:
    report = verified(honest().bel(), honest().side_file, honest().definition, map_chunks=workers)
    assert not report.ok
    for name in (Name.BALLOTS, Name.REPEATS):
        assert (report.check(name).status, report.check(name).code) == (Status.NOT_CHECKED, code)
    assert report.check(Name.ENCRYPTED_TALLY).status is Status.NOT_CHECKED
    assert report.check(Name.ARCHIVE).status is Status.PASSED
    assert report.ballots == len(VOTES)


@pytest.mark.parametrize("at", [0, CHUNK - 1, CHUNK, CHUNK + 1])
def test_a_bad_ballot_at_the_edge_of_a_chunk_is_named(at: int) -> None:
    place = village(people=group(2, 3), blank=False, candidates=1, voters=CHUNK + 2)
    ballots = sorted((place.ballot(voter, 1) for voter in range(CHUNK + 2)), key=tracker)
    parts = place.count(ballots)
    heard: list[int] = []
    report = verify_archive(io.BytesIO(parts.bel()), side_file=parts.side_file, progress=heard.append)
    assert report.ok
    assert heard == sorted(heard)
    assert len(heard) == 2
    ballots[at] = ballots[at][:-1] + b" }"
    report = verified_parts(replace(parts, ballots=tuple(ballots)))
    assert report.check("ballots").position == FIRST_BALLOT + at
    assert report.ballots == CHUNK + 2


def test_files_that_are_no_archive() -> None:
    for data in (b"", b"PK\x03\x04", bytes(2048), honest().bel()[1024:], honest().bel()[:1023]):
        for call in (verified, lambda data: peek_uuid(io.BytesIO(data))):
            with pytest.raises(NotAnArchive):
                call(data)


def test_peeking_tells_the_uuid_and_never_more_than_it_knows() -> None:
    assert peek_uuid(io.BytesIO(honest().bel())) == honest_village().election.uuid
    assert peek_uuid(io.BytesIO(honest().bel()[:1024])) is None
    assert peek_uuid(io.BytesIO(replace(honest(), election=b"{}").bel())) is None
    assert peek_uuid(io.BytesIO(honest().bel()[:3000])) is None


def test_the_shared_builder_is_no_copy_of_the_writer() -> None:
    """The boards of these tests are put together independently: same bytes as belenios-tool's."""

    for path in FOREIGN:
        data = path.read_bytes()
        assert chained(raw_events(data), int(data[136:147], 8)) == data


@pytest.mark.peer
def test_belenios_tool_counts_the_last_ballot_too(belenios_tool: Run, tmp_path: Path) -> None:
    place, parts = revoted()
    path = tmp_path / f"{place.election.uuid}.bel"
    bel = parts.bel()
    path.write_bytes(bel)
    done = belenios_tool("election", "verify", "--dir", tmp_path)
    assert done.returncode == 0, done.stderr
    ends = [event.end for event in ArchiveReader(io.BytesIO(bel)).events()]
    path.write_bytes(bel[: ends[END_BALLOTS + len(parts.ballots) - len(VOTES)]])
    summed = belenios_tool("election", "compute-encrypted-tally", "--dir", tmp_path)
    assert summed.stdout.strip().startswith(parts.tally.decode())
