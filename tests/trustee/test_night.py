"""The night, and its troubles drilled: lost stick, forgotten opening code, too few holders, a bad decryption."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hall import Hall, copied, passphrase
from polls import COUNTS, VOTES, Poll, poll, spoil

from epilwu.election.region import RegionCode
from epilwu.protocol.archive import ArchiveWriter
from epilwu.protocol.ballot import verify_ballot
from epilwu.protocol.tally import decryption_side_file, parse_share
from epilwu.trust.errors import KeyFileRefused
from epilwu.trustee import evening, night, opening
from epilwu.trustee.board import Board
from epilwu.trustee.errors import AlreadyOpened, BoardRefused, PublicFileChanged, StickUnready, TooFewBallots
from epilwu.trustee.night import NightSituation
from epilwu.trustee.verifier import Verifier


@pytest.fixture
def hall(held: Hall, tmp_path: Path) -> Hall:
    return copied(held, tmp_path / "balai")


@pytest.fixture(scope="module")
def polled(held: Hall, tmp_path_factory: pytest.TempPathFactory) -> Poll:
    return poll(held, tmp_path_factory.mktemp("papan"), stations=2)


@pytest.fixture(scope="module")
def boards(polled: Poll, verifier: Verifier) -> tuple[Board, ...]:
    return night.verified(night.take(polled.folder, verifier))


@pytest.fixture
def shares(tmp_path: Path) -> Path:
    folder = tmp_path / "bagian"
    folder.mkdir()
    return folder


def open_all(hall: Hall, seat: int, boards: tuple[Board, ...], shares: Path) -> None:
    done = opening.open_sums(hall.sticks[seat - 1], passphrase(seat), boards, shares)
    assert [one.problem for one in done] == [None] * len(boards)


def look(hall: Hall, boards: tuple[Board, ...], shares: Path, present: set[int] | None = None) -> NightSituation:
    plan = evening.read_plan(hall.public)
    return night.look(plan, evening.confirmed(hall.public), boards, shares, present=present)


def test_three_of_five_open_the_village(hall: Hall, boards: tuple[Board, ...], shares: Path) -> None:
    now = look(hall, boards, shares)
    assert [station.needed for station in now.stations] == [3, 3]
    for seat in now.seats[:2]:
        night.tick(shares, seat.index, boards)
    for given, seat in enumerate((4, 1, 5), 1):
        assert not look(hall, boards, shares).finished
        open_all(hall, seat, boards, shares)
        now = look(hall, boards, shares)
        assert [station.needed for station in now.stations] == [3 - given] * 2
    assert now.finished
    assert [station.counts for station in now.stations] == [COUNTS, COUNTS]
    assert [seat.index for seat in now.stations[0].given] == [1, 4, 5]
    assert [seat.index for seat in now.stations[0].missing] == [2, 3]
    assert [seat.index for seat in now.compared] == [1, 2]
    open_all(hall, 2, boards, shares)
    assert [station.counts for station in look(hall, boards, shares).stations] == [COUNTS, COUNTS]


def test_the_boards_fingerprint_is_of_all_of_them(boards: tuple[Board, ...]) -> None:
    assert night.digest_of(boards) == night.digest_of(boards[::-1]) != night.digest_of(boards[:1])
    assert sorted(filter(None, (board.station for board in boards))) == [1, 2]


def test_the_night_again_after_a_power_cut_gives_the_same_shares(
    hall: Hall, boards: tuple[Board, ...], shares: Path
) -> None:
    open_all(hall, 1, boards, shares)
    before = {path.name: path.read_bytes() for path in shares.iterdir()}
    (shares / opening.share_name(boards[0].election.uuid, 1)).unlink()
    open_all(hall, 1, boards, shares)
    assert {path.name: path.read_bytes() for path in shares.iterdir()} == before


def test_drill_lost_stick(hall: Hall, boards: tuple[Board, ...], shares: Path) -> None:
    """One stick is lost, another broken: the three others open."""
    shutil.rmtree(hall.sticks[0])
    (hall.sticks[3] / "benih.json").unlink()
    with pytest.raises(StickUnready):
        opening.open_sums(hall.sticks[3], passphrase(4), boards, shares)
    for seat in (2, 3, 5):
        open_all(hall, seat, boards, shares)
    assert look(hall, boards, shares, {2, 3, 4, 5}).finished


def test_drill_forgotten_passphrase(hall: Hall, boards: tuple[Board, ...], shares: Path) -> None:
    """A forgotten code opens nothing and names nobody else; another holder takes the place."""
    with pytest.raises(KeyFileRefused):
        opening.open_sums(hall.sticks[0], "bukan kata sandinya", boards, shares)
    assert not list(shares.iterdir())
    for seat in (2, 3, 4):
        open_all(hall, seat, boards, shares)
    assert look(hall, boards, shares).finished


def test_drill_fewer_than_enough(hall: Hall, boards: tuple[Board, ...], shares: Path) -> None:
    """Two of five came: the sums stay closed, and the screen says that paper decides and what to sign."""
    now = look(hall, boards, shares, {1, 4})
    assert [seat.title for seat in now.absent] == ["Ketua BPD", "Camat atau wakilnya", "Saksi calon, undian kedua"]
    assert any("KERTAS YANG MENENTUKAN" in sentence for sentence in now.paper)
    assert any(night.RECORD in sentence for sentence in now.paper)
    for seat in (1, 4):
        open_all(hall, seat, boards, shares)
    now = look(hall, boards, shares, {1, 4})
    assert now.paper
    assert [station.counts for station in now.stations] == [None, None]
    assert look(hall, boards, shares, {1, 2, 4}).paper == ()


def test_drill_a_bad_decryption_is_named_and_others_are_combined(
    hall: Hall, boards: tuple[Board, ...], shares: Path
) -> None:
    """Who only wants to block the count is named, and does not: another three are combined by themselves."""
    for seat in (1, 2, 3):
        open_all(hall, seat, boards, shares)
    for board in boards:
        spoil(board, shares / opening.share_name(board.election.uuid, 2))
    now = look(hall, boards, shares)
    for station in now.stations:
        assert [fault.seat for fault in station.bad] == [2]
        assert "Bukti terikatnya tidak sah" in station.bad[0].what
        assert (station.needed, station.counts) == (1, None)
    assert now.paper == ()
    assert look(hall, boards, shares, {1, 2, 3}).paper  # of these three none is left to take the place
    open_all(hall, 5, boards, shares)
    now = look(hall, boards, shares)
    assert [station.counts for station in now.stations] == [COUNTS, COUNTS]
    assert [fault.seat for station in now.stations for fault in station.bad] == [2, 2]


def test_a_share_damaged_on_its_way_is_kept_as_evidence_and_given_again(
    hall: Hall, boards: tuple[Board, ...], shares: Path
) -> None:
    for seat in (1, 2, 3):
        open_all(hall, seat, boards[:1], shares)
    path = shares / opening.share_name(boards[0].election.uuid, 2)
    path.write_bytes(path.read_bytes()[:-1])
    (done,) = opening.open_sums(hall.sticks[1], passphrase(2), boards[:1], shares)
    assert isinstance(done.problem, PublicFileChanged)
    night.set_aside(shares, look(hall, boards[:1], shares).stations[0])
    assert (shares / night.ASIDE / path.name).exists()
    open_all(hall, 2, boards[:1], shares)
    assert look(hall, boards[:1], shares).finished


def test_a_share_in_anothers_name_is_named(hall: Hall, boards: tuple[Board, ...], shares: Path) -> None:
    open_all(hall, 1, boards, shares)
    uuid = boards[0].election.uuid
    shutil.copy(shares / opening.share_name(uuid, 1), shares / opening.share_name(uuid, 4))
    (shares / opening.share_name(uuid, 5)).write_bytes(b"{}")
    station = look(hall, boards[:1], shares).stations[0]
    assert [fault.seat for fault in station.bad] == [4, 5]
    assert [seat.index for seat in station.given] == [1]


def test_a_second_sum_is_refused_by_the_member_that_both_groups_share(
    hall: Hall, polled: Poll, boards: tuple[Board, ...], shares: Path, tmp_path: Path
) -> None:
    """Three see one sum of a station, three another: of five, one is in both groups, and that stick refuses."""
    board = next(board for board in boards if board.election == polled.stations[0].election)
    ballot = verify_ballot(board.election, polled.stations[0].ballots[0])
    other = replace(board, tally=board.tally.minus(ballot.choices))  # the difference is one person's vote
    elsewhere = tmp_path / "lain"
    elsewhere.mkdir()
    for seat in (1, 2, 3):
        open_all(hall, seat, (board,), shares)
    for seat in (4, 5):
        open_all(hall, seat, (other,), elsewhere)
    (done,) = opening.open_sums(hall.sticks[2], passphrase(3), (other,), elsewhere)
    assert isinstance(done.problem, AlreadyOpened)
    assert look(hall, (other,), elsewhere).stations[0].needed == 1


def test_two_boards_of_one_station_stay_closed(polled: Poll, verifier: Verifier, tmp_path: Path) -> None:
    folder = tmp_path / "papan"
    shutil.copytree(polled.folder, folder)
    uuid = polled.stations[0].election.uuid
    shutil.copy(folder / f"{uuid}.bel", folder / "lain.bel")
    taken = night.take(folder, verifier)
    closed = [one for one in taken if one.problem is not None]
    assert len(closed) == 2
    assert all("dua papan" in str(one.problem) for one in closed)
    assert len(night.verified(taken)) == 1


def test_few_ballots_do_not_keep_other_stations_closed(hall: Hall, boards: tuple[Board, ...], shares: Path) -> None:
    first, second = boards
    done = opening.open_sums(hall.sticks[0], passphrase(1), (replace(first, ballots=9), second), shares)
    assert isinstance(done[0].problem, TooFewBallots)
    assert done[1].problem is None


@pytest.mark.parametrize("change", ["village", "rehearsal", "no definition"])
def test_a_board_of_elsewhere_is_refused(hall: Hall, boards: tuple[Board, ...], shares: Path, change: str) -> None:
    """The ceremony was for one village's election: its sticks open nothing else."""
    definition = boards[0].definition
    assert definition is not None
    changed = {
        "village": replace(definition, region=RegionCode("32.09.07.2001")),
        "rehearsal": replace(definition, rehearsal=True),
        "no definition": None,
    }[change]
    done = opening.open_sums(hall.sticks[0], passphrase(1), (replace(boards[0], definition=changed),), shares)
    assert isinstance(done[0].problem, BoardRefused)
    assert not list(shares.iterdir())


@pytest.mark.slow
def test_a_refused_board_is_reported_and_the_rest_goes_on(hall: Hall, verifier: Verifier, tmp_path: Path) -> None:
    polled = poll(hall, tmp_path / "papan", stations=2)
    bad = polled.stations[0]
    less = bad.tally()
    bad.ballots.pop()
    bad.board(polled.folder / f"{bad.election.uuid}.bel", tally=less, counted=len(VOTES))
    heard: list[Path] = []
    taken = night.take(polled.folder, verifier, say=lambda one: heard.append(one.path))
    assert len(night.verified(taken)) == 1
    assert [one.path.stem for one in taken if one.problem is not None] == [bad.election.uuid]
    assert len(heard) == 2
    with pytest.raises(BoardRefused):
        night.take(hall.public, verifier)


@pytest.mark.slow
def test_what_is_published_afterwards_still_has_the_same_digest(
    hall: Hall, boards: tuple[Board, ...], verifier: Verifier, shares: Path, tmp_path: Path
) -> None:
    board = boards[0]
    for seat in (1, 2, 3):
        open_all(hall, seat, (board,), shares)
    given = [
        parse_share(board.election, board.tally, (shares / opening.share_name(board.election.uuid, n)).read_bytes())
        for n in (1, 2, 3)
    ]
    folder = tmp_path / "terbit"
    shutil.copytree(board.path.parent, folder)
    with (folder / board.path.name).open("r+b") as target:
        writer = ArchiveWriter.resume(target)
        for share in given:
            writer.partial_decryption(share.owner, share.decryption.data)
    side = decryption_side_file(board.election, board.tally, given)
    (folder / f"{board.election.uuid}.decryption.json").write_bytes(side)
    taken = night.verified(night.take(folder, verifier))
    assert night.digest_of(taken) == night.digest_of(boards)
