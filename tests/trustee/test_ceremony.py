"""The key ceremony among sticks: it works, survives power cuts, and stops with a name when somebody cheats."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from village_table import SIZE, Table, lay, passphrase

from epilwu.protocol import canonical, pedersen
from epilwu.protocol.sealing import derive_keys, send
from epilwu.protocol.trustees import parse_trustees
from epilwu.trust.errors import KeyFileRefused
from epilwu.trust.keyfile import CHEAPEST
from epilwu.trustee import ceremony
from epilwu.trustee.ceremony import Ceremony, acceptance_name, certificate_name, dealing_name
from epilwu.trustee.errors import (
    CeremonyStopped,
    OthersAwaited,
    PassphraseWeak,
    PublicFileChanged,
    StickInUse,
    StickTrouble,
    StickUnready,
)


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return lay(tmp_path)


def test_whole_ceremony(table: Table) -> None:
    trustees = parse_trustees(table.hold())
    assert trustees.is_one_group
    assert (trustees.items[0].threshold, len(trustees.owners)) == (3, SIZE)
    for index, stick in enumerate(table.sticks, 1):
        confirmed, owner = ceremony.confirmed_trustees(stick)
        assert (confirmed, owner) == (trustees, index)
        seed = ceremony.unlock(stick, passphrase(index))
        assert pedersen.recover_secret(seed, ceremony.sealed_secret(stick), trustees.key(index))
    shown = {ceremony.confirm(table.seat(index)) for index in range(1, SIZE + 1)}
    assert len(shown) == 1
    assert len(shown.pop().split()) == 8


def test_every_step_again_changes_nothing(table: Table) -> None:
    table.hold()
    before = snapshot(table)
    table.hold()
    assert snapshot(table) == before


def snapshot(table: Table) -> dict[str, bytes]:
    folders = (*table.sticks, table.public)
    return {str(path): path.read_bytes() for folder in folders for path in folder.iterdir()}


class PowerCut(BaseException):
    """Not an error: nothing catches it."""


def cut(step: Callable[[], object], monkeypatch: pytest.MonkeyPatch, *, at: int, late: bool) -> bool:
    """Run ``step`` with the power going at its ``at``-th rename, just before or just after; whether it went at all."""
    seen = 0
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        nonlocal seen
        seen += 1
        if seen == at and not late:
            raise PowerCut
        moved = real(self, target)
        if seen == at:
            raise PowerCut
        return moved

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", replace)
        try:
            step()
        except PowerCut:
            return True
    return False


@pytest.mark.parametrize(
    "late", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["before-rename", "after-rename"]
)
def test_power_may_go_at_any_file(table: Table, monkeypatch: pytest.MonkeyPatch, late: bool) -> None:
    """At trustee 3's steps the power goes at the first file, then at the second ...; the step is called again."""
    cuts = 0

    def survive(action: Callable[[], object]) -> None:
        nonlocal cuts
        for at in (1, 1, 2, 2, 3):
            cuts += cut(action, monkeypatch, at=at, late=late)
        action()

    others = (1, 2, 4, 5)
    for step in (table.certificate, table.deal, table.accept):
        survive(partial(step, 3))
        for index in others:
            step(index)
    survive(partial(ceremony.assemble, table.public))
    survive(partial(ceremony.confirm, table.seat(3)))
    assert cuts >= 8
    assert parse_trustees((table.public / "trustees.json").read_bytes()).is_one_group
    assert not [path for path in table.sticks[2].iterdir() if path.name.startswith(".")]


def test_a_cut_between_stick_and_shared_folder_keeps_the_dealing(table: Table) -> None:
    table.certificates()
    table.deal(2)
    name = dealing_name(2)
    first = (table.public / name).read_bytes()
    (table.public / name).unlink()
    table.deal(2)
    assert (table.public / name).read_bytes() == first


def test_others_are_awaited_by_number(table: Table) -> None:
    for index in (1, 3, 4):
        table.certificate(index)
    with pytest.raises(OthersAwaited, match=r"sertifikat dari pemegang kunci 2, 5"):
        table.deal(1)
    table.certificates()
    table.deal(1)
    with pytest.raises(OthersAwaited, match=r"pembagian dari pemegang kunci 2, 3, 4, 5"):
        table.accept(1)
    table.deals()
    table.accept(1)
    with pytest.raises(OthersAwaited, match=r"penerimaan dari pemegang kunci 2, 3, 4, 5"):
        ceremony.assemble(table.public)
    with pytest.raises(OthersAwaited):
        ceremony.confirm(table.seat(1))
    table.accepts()


def test_nothing_there_yet(table: Table) -> None:
    with pytest.raises(OthersAwaited):
        ceremony.assemble(table.public)
    with pytest.raises(StickUnready):
        table.deal(1)
    with pytest.raises(StickUnready):
        ceremony.confirmed_trustees(table.sticks[0])
    table.certificates()
    with pytest.raises(StickUnready):
        table.accept(1)
    with pytest.raises(StickUnready):
        ceremony.sealed_secret(table.sticks[0])


def test_short_passphrase_is_refused_and_leaves_the_stick_empty(table: Table) -> None:
    with pytest.raises(PassphraseWeak):
        ceremony.certificate(table.seat(1), "pendek", index=1, threshold=3, size=5, cost=CHEAPEST)
    assert not list(table.sticks[0].iterdir())


def test_wrong_passphrase_is_refused(table: Table) -> None:
    table.certificates()
    with pytest.raises(KeyFileRefused):
        ceremony.deal(table.seat(1), passphrase(2))
    assert not (table.public / dealing_name(1)).exists()


@pytest.mark.parametrize("numbers", [(2, 3, 5), (1, 2, 5), (1, 3, 4)])
def test_a_stick_has_one_place(table: Table, numbers: tuple[int, int, int]) -> None:
    index, threshold, size = numbers
    table.certificate(1)
    before = snapshot(table)
    with pytest.raises(StickInUse):
        ceremony.certificate(table.seat(1), passphrase(1), index=index, threshold=threshold, size=size, cost=CHEAPEST)
    assert snapshot(table) == before


def test_impossible_numbers_are_refused(table: Table) -> None:
    with pytest.raises(CeremonyStopped):
        ceremony.certificate(table.seat(1), passphrase(1), index=6, threshold=3, size=5, cost=CHEAPEST)
    assert not list(table.public.iterdir())


def test_two_holders_with_one_number(table: Table) -> None:
    table.certificate(1)
    with pytest.raises(PublicFileChanged):
        ceremony.certificate(
            Ceremony(table.sticks[1], table.public), passphrase(2), index=1, threshold=3, size=5, cost=CHEAPEST
        )


def test_the_seed_is_sealed_and_private(table: Table) -> None:
    table.hold()
    seed = ceremony.unlock(table.sticks[0], passphrase(1)).encode()
    everything = b"".join(snapshot(table).values())
    assert seed not in everything
    for path in table.sticks[0].iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_false_share_names_its_dealer(table: Table) -> None:
    table.certificates()
    table.deals()
    certificates = pedersen.read_certificates(
        [(table.public / certificate_name(i)).read_bytes() for i in range(1, SIZE + 1)]
    )
    cheat = derive_keys(ceremony.unlock(table.sticks[1], passphrase(2)))
    path = table.public / dealing_name(2)
    dealing = json.loads(path.read_bytes())
    dealing["secrets"][3] = send(cheat.signing, certificates[3].encryption, '{"secret":"1"}')
    path.write_bytes(canonical.dumps(dealing))
    before = snapshot(table)
    with pytest.raises(CeremonyStopped) as refusal:
        table.accept(4)
    assert refusal.value.where == "pemegang kunci 2"
    assert "tidak cocok" in refusal.value.what
    assert snapshot(table) == before
    table.accept(5)


def test_a_swapped_certificate_is_noticed_by_its_owner(table: Table, tmp_path: Path) -> None:
    table.certificates()
    other = tmp_path / "lain"
    other.mkdir()
    (other / "a").mkdir()
    (other / "b").mkdir()
    ceremony.certificate(
        Ceremony(other / "a", other / "b"), "kata sandi orang lain", index=2, threshold=3, size=5, cost=CHEAPEST
    )
    shutil.copy(other / "b" / certificate_name(2), table.public / certificate_name(2))
    with pytest.raises(CeremonyStopped, match="bukan yang Anda buat"):
        table.deal(2)
    table.deal(1)


def test_certificates_that_change_after_dealing_are_noticed(table: Table, tmp_path: Path) -> None:
    table.certificates()
    first = table.deal(1)
    (table.public / certificate_name(2)).unlink()
    stick = tmp_path / "pengganti"
    stick.mkdir()
    seat = Ceremony(stick, table.public)
    ceremony.certificate(seat, "kata sandi orang lain", index=2, threshold=3, size=5, cost=CHEAPEST)
    second = ceremony.deal(seat, "kata sandi orang lain")
    assert first != second  # read aloud, the difference is heard
    with pytest.raises(PublicFileChanged):
        table.deal(1)
    with pytest.raises(PublicFileChanged):
        table.accept(1)


def test_trustees_without_oneself_are_not_confirmed(table: Table, tmp_path: Path) -> None:
    table.certificates()
    table.deals()
    table.accepts()
    aside = tmp_path / "lain"
    aside.mkdir()
    foreign = lay(aside).hold()
    (table.public / "trustees.json").write_bytes(foreign)
    with pytest.raises(CeremonyStopped, match="tidak memuat"):
        ceremony.confirm(table.seat(1))
    assert not (table.sticks[0] / "trustees.json").exists()


def test_confirmed_trustees_do_not_change(table: Table) -> None:
    table.hold()
    path = table.public / "trustees.json"
    path.write_bytes(path.read_bytes().replace(b"Pedersen", b"Pedersem"))
    with pytest.raises(CeremonyStopped):
        ceremony.confirm(table.seat(1))
    with pytest.raises(PublicFileChanged):
        ceremony.assemble(table.public)


@pytest.mark.parametrize("name", [certificate_name(3), dealing_name(3), acceptance_name(3)])
def test_damaged_public_files_name_their_maker(table: Table, name: str) -> None:
    table.certificates()
    table.deals()
    table.accepts()
    path = table.public / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CeremonyStopped) as refusal:
        ceremony.assemble(table.public)
    assert refusal.value.where == "pemegang kunci 3"
    path.write_bytes(b" " * (5 * 2**20))
    with pytest.raises(StickTrouble):
        ceremony.assemble(table.public)


def test_a_stick_that_is_gone_is_a_sentence(table: Table) -> None:
    table.certificates()
    shutil.rmtree(table.sticks[0])
    with pytest.raises(StickTrouble, match="tidak ditemukan"):
        table.deal(1)
    shutil.rmtree(table.public)
    with pytest.raises(StickTrouble):
        table.deal(2)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_stick_is_a_sentence(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def full(path: str | Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT:
            return real("/dev/full", os.O_WRONLY)
        return real(path, flags, mode)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", full)
        with pytest.raises(StickTrouble, match="tidak dapat ditulis"):
            table.certificate(1)
    assert not list(table.sticks[0].iterdir())
    table.certificate(1)
