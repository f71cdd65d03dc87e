"""What the key holders wait for: a ceremony of 5 and of 9, a village of ten stations, the logarithm of 20,000 votes."""

from __future__ import annotations

import secrets
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from epilwu.election.definition import Candidate, Definition, Station
from epilwu.election.region import RegionCode
from epilwu.election.rules import RulePack, load_rule_pack
from epilwu.protocol.credential import new_uuid
from epilwu.protocol.election_json import BeleniosElection, Question, serialise_election
from epilwu.protocol.encrypted_tally import EncryptedTally
from epilwu.protocol.group import add, base_mul, mul
from epilwu.protocol.proofs import Ciphertext
from epilwu.protocol.tally import discrete_logarithms
from epilwu.protocol.trustees import TrusteeSet, parse_trustees
from epilwu.trust.keyfile import CHEAPEST, DEFAULT, Cost
from epilwu.trustee import evening, night, opening
from epilwu.trustee.board import Board
from epilwu.trustee.evening import ON_STICK, Stage
from epilwu.trustee.plan import Plan, Seat, draw_plan
from epilwu.trustee.verifier import Verdict

STATIONS, BALLOTS, CHOICES = 10, 430, 6
CODE = "kata sandi untuk pengukuran"
RULES = RulePack.parse_toml(load_rule_pack())
VILLAGE = RegionCode("32.09.07.2007")
DEFINITION = Definition(
    rehearsal=False,
    title="Pilwu",
    date="2027-10-17",
    region=VILLAGE,
    village="Lemahabang",
    district="Lemahabang",
    regency="Cirebon",
    blank=True,
    candidates=tuple(Candidate(ballot_number=n, name=f"Calon {n}") for n in range(1, CHOICES)),
    stations=(Station(number=1, uuid=new_uuid(), booths=1),),
    rule_pack_sha256=RULES.sha256,
    close_not_before="13:00",
)


def plan(size: int) -> Plan:
    """Five seats by the rule pack, or nine: five to open."""
    drawn = draw_plan(RULES, region=VILLAGE, place="Desa Lemahabang", title="Pilwu", date="2027-10-17")
    if size == drawn.size:
        return drawn
    seats = tuple(Seat(index, f"Kursi {index}", f"kubu {index}") for index in range(1, size + 1))
    return replace(drawn, seats=seats, threshold=size // 2 + 1)


def hold(folder: Path, plan: Plan, cost: Cost) -> Path:
    """The whole evening: every tick, every stick's turn, the trial in every group."""
    public = folder / "bersama"
    for path in (public, *(folder / str(seat.index) for seat in plan.seats)):
        path.mkdir(parents=True)
    now = evening.begin(public, plan)
    while now.stage is not Stage.DONE:
        assert now.next_seat is not None
        seat = now.next_seat.index
        if now.stage in ON_STICK:
            now = evening.act(public, folder / str(seat), CODE, seat=seat, cost=cost)
        else:
            assert now.sha256 is not None
            now = evening.tick(public, seat, now.sha256)
    return public


@pytest.mark.slow
@pytest.mark.parametrize("cost", [CHEAPEST, DEFAULT], ids=["without-argon2", "with-argon2"])
@pytest.mark.parametrize("size", [5, 9])
def test_ceremony(benchmark: BenchmarkFixture, tmp_path: Path, size: int, cost: Cost) -> None:
    numbers = count()
    drawn = plan(size)

    def evening_in_a_new_hall() -> Path:
        return hold(tmp_path / str(next(numbers)), drawn, cost)

    benchmark.extra_info["says"] = f"ceremony of {size}, {'with Argon2id' if cost is DEFAULT else 'without Argon2id'}"
    public = benchmark.pedantic(evening_in_a_new_hall, rounds=1 if cost is DEFAULT else 2)
    assert len(evening.confirmed(public).owners) == size


def sealed(key: TrusteeSet, number: int) -> Board:
    """The board of one station of 430 ballots as ``take_board`` would give it; verifying is measured elsewhere."""
    question = Question("Pilih satu calon kuwu", tuple(f"{n}. Calon" for n in range(1, CHOICES)), blank=True)
    election = BeleniosElection.parse(
        serialise_election(
            name=f"TPS {number:02d}",
            description="E-Pilwu 1 sha256:" + "0" * 64,
            public_key=key.public_key,
            question=question,
            uuid=new_uuid(),
        )
    )
    pairs = []
    for share in (BALLOTS - 5 * 70, 70, 70, 70, 70, 70):
        randomness = secrets.randbits(250)
        pairs.append(Ciphertext(base_mul(randomness), add(mul(key.public_key, randomness), base_mul(share))))
    verdict = Verdict("0" * 64, election.uuid, BALLOTS, ())
    tally = EncryptedTally(tuple(pairs))
    return Board(Path(f"{number}.bel"), election, key.data, tally, BALLOTS, f"{number:064x}", DEFINITION, verdict)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A village's ceremony at the real cost of opening codes."""
    folder = tmp_path_factory.mktemp("balai")
    hold(folder, plan(5), DEFAULT)
    return folder


@pytest.mark.slow
def test_village_of_ten_stations_by_one_trustee(benchmark: BenchmarkFixture, hall: Path, tmp_path: Path) -> None:
    """Unlocking the stick (Argon2id at its real cost) and opening ten sums. Limit: 5 s."""
    key = parse_trustees((hall / "bersama" / "trustees.json").read_bytes())
    numbers = count()

    def open_village() -> tuple[opening.Opened, ...]:
        out = tmp_path / str(next(numbers))
        out.mkdir()
        return opening.open_sums(hall / "1", CODE, boards.pop(), out)

    boards = [[sealed(key, number) for number in range(1, STATIONS + 1)] for _ in range(4)]
    benchmark.extra_info.update(says="ten stations opened by one key holder", limit_ms=5000)
    done = benchmark.pedantic(open_village, rounds=3, warmup_rounds=1)
    assert len(done) == STATIONS
    assert all(one.problem is None for one in done)


@pytest.mark.slow
def test_count_a_village_of_ten_stations(benchmark: BenchmarkFixture, hall: Path, tmp_path: Path) -> None:
    """Judging three shares of each station and combining them."""
    key = parse_trustees((hall / "bersama" / "trustees.json").read_bytes())
    boards = [sealed(key, number) for number in range(1, STATIONS + 1)]
    for seat in (1, 2, 3):
        opening.open_sums(hall / str(seat), CODE, boards, tmp_path)
    benchmark.extra_info["says"] = "ten stations: three shares each judged and combined"
    now = benchmark.pedantic(lambda: night.look(None, key, boards, tmp_path), rounds=3)
    assert now.finished
    assert now.stations[0].counts == (BALLOTS - 5 * 70, 70, 70, 70, 70, 70)


@pytest.mark.parametrize("votes", [20_000])
def test_discrete_logarithm(benchmark: BenchmarkFixture, votes: int) -> None:
    """Six counts of up to 20,000 votes together. Limit: 1 s."""
    counts = (votes, votes - 1, 12_345, 1, 0, votes // 2)
    powers = [base_mul(number) for number in counts]
    benchmark.extra_info.update(says="discrete logarithms up to 20,000 votes, six of them", limit_ms=1000)
    assert benchmark(discrete_logarithms, powers, bound=votes) == counts
