"""A village hall: a laptop with a shared folder, five holders with sticks, and a plan by the shipped rule pack."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from epilwu.election.region import RegionCode
from epilwu.election.rules import RulePack, load_rule_pack
from epilwu.trust.keyfile import CHEAPEST
from epilwu.trustee import evening
from epilwu.trustee.evening import ON_STICK, Situation, Stage
from epilwu.trustee.plan import Plan, draw_plan

VILLAGE = "32.09.07.2007"
RULES = RulePack.parse_toml(load_rule_pack())


def plan(region: str = VILLAGE) -> Plan:
    return draw_plan(
        RULES,
        region=RegionCode(region),
        place="Desa Lemahabang, Kec. Lemahabang, Kab. Cirebon",
        title="Pemilihan Kuwu 2023",
        date="2023-10-22",
    )


def passphrase(seat: int) -> str:
    return f"kata sandi nomor {seat}"


@dataclass(frozen=True)
class Hall:
    public: Path
    sticks: tuple[Path, ...]

    def look(self) -> Situation:
        return evening.look(self.public)

    def act(self, seat: int, stick: int | None = None) -> Situation:
        folder = self.sticks[(stick or seat) - 1]
        return evening.act(self.public, folder, passphrase(stick or seat), seat=seat, cost=CHEAPEST)

    def tick_all(self) -> None:
        now = self.look()
        for seat in now.waiting:
            assert now.sha256 is not None
            evening.tick(self.public, seat.index, now.sha256)

    def hold(self, until: Stage = Stage.DONE) -> Situation:
        """Everybody does what is asked of them until the stage ``until`` is reached."""
        while (now := self.look()).stage is not until:
            assert not now.faults
            if now.stage in ON_STICK:
                for seat in now.waiting:
                    self.act(seat.index)
            else:
                self.tick_all()
        return now


def snapshot(hall: Hall) -> dict[str, bytes]:
    """Every file of all folders."""
    found = (path for folder in (hall.public, *hall.sticks) for path in folder.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in found}


def open_hall(folder: Path, size: int = 5) -> Hall:
    """An empty hall: folders without anything in them."""
    sticks = tuple(folder / f"diska-{seat}" for seat in range(1, size + 1))
    for path in (*sticks, folder / "bersama"):
        path.mkdir(parents=True)
    return Hall(folder / "bersama", sticks)


def copied(held: Hall, folder: Path) -> Hall:
    """The finished ceremony once more, to be changed at will."""
    for source in (held.public, *held.sticks):
        shutil.copytree(source, folder / source.name)
    return Hall(folder / held.public.name, tuple(folder / stick.name for stick in held.sticks))


def planned(folder: Path) -> Hall:
    hall = open_hall(folder)
    evening.begin(hall.public, plan())
    return hall
