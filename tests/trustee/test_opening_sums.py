"""Opening a station's sum: three of five do it, and nobody opens what is not the sum of a whole, valid board."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner
from village_table import SIZE, Station, Table, lay, passphrase, station

from epilwu.protocol import canonical
from epilwu.protocol.archive import ArchiveWriter
from epilwu.protocol.ballot import choice_vector, make_ballot, verify_ballot
from epilwu.protocol.encrypted_tally import EncryptedTally
from epilwu.protocol.tally import combine_shares, decryption_side_file, parse_share, verify_share
from epilwu.protocol.trustees import parse_trustees
from epilwu.trust.errors import KeyFileRefused
from epilwu.trust.keyfile import CHEAPEST
from epilwu.trustee import ceremony, opening
from epilwu.trustee.board import MAX_BOARD_BYTES, take_board
from epilwu.trustee.commands import group
from epilwu.trustee.errors import AlreadyOpened, BoardRefused, CeremonyStopped, StickUnready, TooFewBallots
from epilwu.trustee.verifier import Verdict, Verifier

VOTES = [1, 1, 2, 0, 3, 1, 2, 1, 1, 3]
COUNTS = (1, 5, 2, 2)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    laid = lay(tmp_path_factory.mktemp("meja"))
    laid.hold()
    return laid


@pytest.fixture
def polled(table: Table) -> Station:
    data = (table.public / "trustees.json").read_bytes()
    return station(data, parse_trustees(data).public_key, VOTES)


@pytest.fixture(scope="module", autouse=True)
def published(verifier: Verifier) -> Verifier:
    global PUBLISHED  # noqa: PLW0603 - the one verifier of this module, as one file lies on the laptop
    PUBLISHED = verifier
    return verifier


PUBLISHED: Verifier


def open_by(table: Table, index: int, board: Path, out: Path) -> Path:
    return opening.decrypt(table.sticks[index - 1], board, out, passphrase(index), verifier=PUBLISHED)


def test_three_of_five_open_a_station(table: Table, polled: Station, tmp_path: Path) -> None:
    board = polled.board(tmp_path / "tps.bel")
    trustees = parse_trustees(polled.trustees)
    shares = []
    for index in (5, 2, 4):
        path = open_by(table, index, board, tmp_path)
        share = parse_share(polled.election, polled.tally(), path.read_bytes())
        assert share.owner == index
        verify_share(polled.election, trustees, polled.tally(), share)
        shares.append(share)
    assert combine_shares(polled.election, trustees, polled.tally(), shares, ballots=len(VOTES)) == COUNTS


@pytest.mark.slow
def test_the_same_board_gives_the_same_share(table: Table, polled: Station, tmp_path: Path) -> None:
    board = polled.board(tmp_path / "tps.bel")
    path = open_by(table, 1, board, tmp_path)
    first = path.read_bytes()
    path.unlink()
    assert open_by(table, 1, board, tmp_path).read_bytes() == first


@pytest.mark.slow
def test_a_board_that_others_opened_already(table: Table, polled: Station, tmp_path: Path) -> None:
    """Its decryptions are verified too, with the side file beside it; without that they are not bound, and refused."""
    board = polled.board(tmp_path / "tps.bel")
    share = parse_share(polled.election, polled.tally(), open_by(table, 1, board, tmp_path).read_bytes())
    digest = take_board(board, PUBLISHED).digest
    with board.open("r+b") as target:
        ArchiveWriter.resume(target).partial_decryption(1, share.decryption.data)
    refused(table, board, tmp_path)
    side = tmp_path / f"{polled.election.uuid}.decryption.json"
    side.write_bytes(decryption_side_file(polled.election, polled.tally(), [share]))
    assert open_by(table, 2, board, tmp_path).exists()
    assert take_board(board, PUBLISHED).digest == digest


def refused(table: Table, board: Path, tmp_path: Path, kind: type[BoardRefused] = BoardRefused) -> BoardRefused:
    out = tmp_path / "keluar"
    out.mkdir(exist_ok=True)
    before = sorted(path.name for path in table.sticks[2].iterdir())
    with pytest.raises(kind) as refusal:
        open_by(table, 3, board, out)
    assert type(refusal.value) is kind
    assert not list(out.iterdir())
    assert sorted(path.name for path in table.sticks[2].iterdir()) == before
    return refusal.value


def test_a_single_ballot_is_not_opened_as_a_sum(table: Table, polled: Station, tmp_path: Path) -> None:
    one = EncryptedTally(verify_ballot(polled.election, polled.ballots[0]).choices)
    error = refused(table, polled.board(tmp_path / "tps.bel", tally=one), tmp_path)
    assert "encrypted-tally" in error.what
    assert error.where.endswith("tps.bel")


def test_a_sum_without_some_ballots_is_not_opened(table: Table, polled: Station, tmp_path: Path) -> None:
    less = polled.tally().minus(verify_ballot(polled.election, polled.ballots[3]).choices)
    refused(table, polled.board(tmp_path / "a.bel", tally=less), tmp_path)
    refused(table, polled.board(tmp_path / "b.bel", tally=less, counted=len(VOTES) - 1), tmp_path)


@pytest.mark.slow
def test_a_wrong_number_of_ballots_is_refused(table: Table, polled: Station, tmp_path: Path) -> None:
    refused(table, polled.board(tmp_path / "tps.bel", counted=len(VOTES) + 1), tmp_path)


@pytest.mark.slow
def test_few_ballots_stay_closed(table: Table, polled: Station, tmp_path: Path) -> None:
    polled.ballots.pop()
    board = polled.board(tmp_path / "tps.bel")
    error = refused(table, board, tmp_path, TooFewBallots)
    assert "Baru 9" in error.what


def test_a_second_sum_of_one_station_is_not_opened(table: Table, polled: Station, tmp_path: Path) -> None:
    """The difference of the two sums would be one person's vote."""
    open_by(table, 3, polled.board(tmp_path / "pertama.bel"), tmp_path)
    voter = polled.voters[0]
    polled.ballots[0] = make_ballot(polled.election, voter, choice_vector(polled.election.question, 3))
    refused(table, polled.board(tmp_path / "kedua.bel"), tmp_path, AlreadyOpened)


@pytest.mark.slow
def test_a_repeated_credential_is_refused(table: Table, polled: Station, tmp_path: Path) -> None:
    again = make_ballot(polled.election, polled.voters[0], choice_vector(polled.election.question, 1))
    polled.ballots.append(again)
    refused(table, polled.board(tmp_path / "tps.bel"), tmp_path)


def test_a_stuffed_ballot_is_refused(table: Table, polled: Station, tmp_path: Path) -> None:
    polled.voters.pop(0)
    error = refused(table, polled.board(tmp_path / "tps.bel"), tmp_path)
    assert "ballots" in error.what


def test_a_forged_ballot_is_refused(table: Table, polled: Station, tmp_path: Path) -> None:
    value = json.loads(polled.ballots[4])
    value["answers"][0]["choices"].reverse()
    honest = polled.tally()
    polled.ballots[4] = canonical.dumps(value)
    refused(table, polled.board(tmp_path / "tps.bel", tally=honest), tmp_path)


@pytest.mark.slow
def test_other_trustees_board_is_refused(table: Table, tmp_path: Path) -> None:
    data = lay(tmp_path).hold()
    foreign = station(data, parse_trustees(data).public_key, VOTES)
    error = refused(table, foreign.board(tmp_path / "tps.bel"), tmp_path)
    assert "kunci pemegang lain" in error.what


def test_an_election_with_another_key_is_refused(table: Table, polled: Station, tmp_path: Path) -> None:
    other = station(polled.trustees, parse_trustees(polled.trustees).key(1), VOTES)
    refused(table, other.board(tmp_path / "tps.bel"), tmp_path)


@pytest.mark.parametrize("description", ["", "uji", "E-Pilwu 2"])
def test_a_foreign_election_is_refused(table: Table, tmp_path: Path, description: str) -> None:
    """The trustees' keys are used for E-Pilwu's boards and nothing else."""
    data = (table.public / "trustees.json").read_bytes()
    foreign = station(data, parse_trustees(data).public_key, VOTES, description=description)
    refused(table, foreign.board(tmp_path / "tps.bel"), tmp_path)


@pytest.mark.slow
def test_an_open_poll_stays_closed(table: Table, polled: Station, tmp_path: Path) -> None:
    board = tmp_path / "tps.bel"
    polled.board(board)
    whole = board.read_bytes()
    for cut in (whole.rindex(b'"type":"EndBallots"'), 0):
        board.write_bytes(whole[:cut])
        refused(table, board, tmp_path)
    board.write_bytes(whole + bytes(512))
    refused(table, board, tmp_path)


@pytest.mark.slow
def test_what_is_verified_is_what_is_opened(table: Table, polled: Station, tmp_path: Path) -> None:
    """The verifier exchanges the file on the medium while it works: the bytes read before are opened, not the new."""
    one = EncryptedTally(verify_ballot(polled.election, polled.ballots[0]).choices)
    board, false = polled.board(tmp_path / "a.bel"), polled.board(tmp_path / "b.bel", tally=one)

    class Exchanging(Verifier):
        def verify(self, data: bytes, beside: Mapping[str, bytes]) -> Verdict:
            verdict = PUBLISHED.verify(data, beside)
            board.write_bytes(false.read_bytes())
            return verdict

    assert take_board(board, Exchanging(PUBLISHED.path)).tally == polled.tally()


def test_an_endless_board_is_refused(table: Table, tmp_path: Path) -> None:
    board = tmp_path / "tps.bel"
    with board.open("wb") as target:
        target.truncate(MAX_BOARD_BYTES + 1)
    assert "melebihi 128 MiB" in refused(table, board, tmp_path).what


def test_another_trustees_sealed_secret_is_refused(polled: Station, table: Table, tmp_path: Path) -> None:
    """A stick whose parts were mixed with another's opens nothing."""
    mixed = tmp_path / "campur"
    shutil.copytree(table.sticks[0], mixed)
    shutil.copy(table.sticks[1] / "penerimaan.json", mixed / "penerimaan.json")
    with pytest.raises(CeremonyStopped):
        opening.decrypt(mixed, polled.board(tmp_path / "tps.bel"), tmp_path, passphrase(1), verifier=PUBLISHED)
    assert not list(tmp_path.glob("*.json"))


def test_a_missing_board_is_a_sentence(table: Table, tmp_path: Path) -> None:
    refused(table, tmp_path / "tidak-ada.bel", tmp_path)


def test_wrong_passphrase_opens_nothing(table: Table, polled: Station, tmp_path: Path) -> None:
    board = polled.board(tmp_path / "tps.bel")
    with pytest.raises(KeyFileRefused):
        opening.decrypt(table.sticks[0], board, tmp_path, passphrase(2), verifier=PUBLISHED)
    assert not list(tmp_path.glob("*.json"))


def test_a_stick_before_its_ceremony_opens_nothing(polled: Station, tmp_path: Path) -> None:
    fresh = lay(tmp_path)
    fresh.certificates()
    with pytest.raises(StickUnready):
        board = polled.board(tmp_path / "tps.bel")
        opening.decrypt(fresh.sticks[0], board, tmp_path, passphrase(1), verifier=PUBLISHED)


@pytest.mark.slow
def test_commands_from_certificate_to_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command once, as people type them."""
    monkeypatch.setattr(ceremony.certificate, "__kwdefaults__", {"cost": CHEAPEST})
    laid = lay(tmp_path)
    runner = CliRunner()

    def run(name: str, *arguments: str, stick: int | None = None, typed: str | None = None) -> str:
        seat = () if stick is None else ("--stick", str(laid.sticks[stick - 1]))
        done = runner.invoke(group, [name, *seat, *arguments], input=typed, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    public = ("--public", str(laid.public))
    for index in range(1, SIZE + 1):
        code = passphrase(index)
        out = run("certificate", *public, "--index", str(index), stick=index, typed=f"{code}\n{code}\n")
        assert code not in out
    fingerprints = [run("deal", *public, stick=i, typed=f"{passphrase(i)}\n") for i in range(1, SIZE + 1)]
    assert len({text.splitlines()[-1] for text in fingerprints}) == 1
    for index in range(1, SIZE + 1):
        run("accept", *public, stick=index, typed=f"{passphrase(index)}\n")
    shown = run("assemble", *public).splitlines()[-1]
    for index in range(1, SIZE + 1):
        assert run("confirm", *public, stick=index).splitlines()[-1] == shown
    for index in range(1, SIZE + 1):
        said = run("trial", *public, stick=index, typed=f"{passphrase(index)}\n")
    assert "10 kelompok" in said
    data = (laid.public / "trustees.json").read_bytes()
    polled = station(data, parse_trustees(data).public_key, VOTES)
    board = polled.board(tmp_path / "tps.bel")
    pyz = ("--verifier", str(PUBLISHED.path), "--verifier-sha256", PUBLISHED.sha256())
    run("decrypt", "--out", str(tmp_path), *pyz, str(board), stick=4, typed=f"{passphrase(4)}\n")
    name = opening.share_name(polled.election.uuid, 4)
    share = parse_share(polled.election, polled.tally(), (tmp_path / name).read_bytes())
    verify_share(polled.election, parse_trustees(data), polled.tally(), share)
