"""What is printed and signed, and the destruction of the keys."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pypdfium2
import pytest
from hall import Hall, copied, passphrase, snapshot

from epilwu.protocol.group import encode_element
from epilwu.trustee import ceremony, destruction, evening, night, opening, papers, trial
from epilwu.trustee.errors import KeysStillNeeded, StickSwapped, StickTrouble, StickUnready
from epilwu.trustee.files import Folder
from epilwu.trustee.plan import Plan

AFTER = datetime.date(2023, 11, 25)


@pytest.fixture
def hall(held: Hall, tmp_path: Path) -> Hall:
    return copied(held, tmp_path / "balai")


@pytest.fixture
def plan(hall: Hall) -> Plan:
    found = evening.read_plan(hall.public)
    assert found is not None
    return found


def words(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)


def test_the_certificate_has_the_fingerprint_and_a_line_for_each(held: Hall) -> None:
    plan, trustees = evening.read_plan(held.public), evening.confirmed(held.public)
    assert plan is not None
    result = trial.parse_result((held.public / trial.RESULT).read_bytes())
    data = papers.key_certificate(plan, trustees, result)
    assert data == papers.key_certificate(plan, trustees, result)
    text = words(data)
    plain = papers.key_certificate_text(plan, trustees)
    for shown in (text, plain):
        assert ceremony.fingerprint(trustees.data) in shown
        assert ceremony.grouped(papers.plan_hash(papers.serialise(plan))) in shown
        assert "Desa Lemahabang" in shown
    for seat in plan.seats:
        assert text.count(seat.title) >= 2
        assert seat.title in plain
    assert encode_element(trustees.public_key) in text
    assert "10 kelompok" in text


def test_the_record_that_paper_decides(held: Hall, plan: Plan) -> None:
    now = night.look(plan, evening.confirmed(held.public), (), held.public, present={2})
    text = words(papers.paper_decides(plan, now, "diska hilang"))
    assert "KERTAS YANG MENENTUKAN" in text
    assert "diska hilang" in text
    assert text.count("tidak hadir") == 4


def test_destruction_wipes_the_secrets_and_is_recorded(hall: Hall, plan: Plan) -> None:
    seeds = [(stick / ceremony.SEED).read_bytes() for stick in hall.sticks]
    for seat in (1, 2, 3, 5):
        done = destruction.destroy(hall.public, plan, hall.sticks[seat - 1], seat=seat, today=AFTER)
        assert destruction.destroy(hall.public, plan, hall.sticks[seat - 1], seat=seat, today=AFTER) == done
        assert ceremony.secret_names(hall.sticks[seat - 1]) == ()
        with pytest.raises(StickUnready):
            opening.unlock(hall.sticks[seat - 1], passphrase(seat))
        kept = b"".join(path.read_bytes() for path in hall.sticks[seat - 1].iterdir())
        assert seeds[seat - 1] not in kept
    notes = destruction.read_destroyed(hall.public, plan)
    assert [note.seat for note in notes] == [1, 2, 3, 5]
    text = words(papers.destruction_record(plan, notes))
    assert text.count("BELUM DIMUSNAHKAN") == 1
    assert "Sabtu, 25 November 2023" in text
    assert ceremony.grouped(notes[0].sealed_seed) in text


def test_keys_are_kept_while_the_result_may_be_disputed(hall: Hall, plan: Plan) -> None:
    before = snapshot(hall)
    with pytest.raises(KeysStillNeeded, match="2023-11-25"):
        destruction.destroy(hall.public, plan, hall.sticks[0], seat=1, today=AFTER - datetime.timedelta(days=1))
    with pytest.raises(StickSwapped):
        destruction.destroy(hall.public, plan, hall.sticks[1], seat=1, today=AFTER)
    with pytest.raises(StickSwapped):
        destruction.destroy(hall.public, plan.following(), hall.sticks[0], seat=1, today=AFTER)
    assert snapshot(hall) == before
    (hall.sticks[0] / ceremony.SEED).unlink()
    with pytest.raises(StickUnready):
        destruction.destroy(hall.public, plan, hall.sticks[0], seat=1, today=AFTER)


def test_power_may_go_during_destruction(hall: Hall, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    class PowerCut(BaseException):
        pass

    real = Path.unlink

    def unlink(self: Path, missing_ok: bool = False) -> None:
        if self.name == "penerimaan.json":
            raise PowerCut
        real(self, missing_ok)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", unlink)
        with pytest.raises(PowerCut):
            destruction.destroy(hall.public, plan, hall.sticks[0], seat=1, today=AFTER)
    assert not destruction.read_destroyed(hall.public, plan)
    destruction.destroy(hall.public, plan, hall.sticks[0], seat=1, today=AFTER)
    assert ceremony.secret_names(hall.sticks[0]) == ()
    assert len(destruction.read_destroyed(hall.public, plan)) == 1


def test_wiping_overwrites_before_it_removes(tmp_path: Path) -> None:
    """A second name for the same bytes on the medium shows that they are gone, not only the first name."""
    path = tmp_path / "rahasia"
    path.write_bytes(b"rahasia" * 100)
    (tmp_path / "lain").hardlink_to(path)
    (tmp_path / "tautan").symlink_to("lain")
    assert Folder(tmp_path, private=True).wipe(["rahasia", "tidak-ada", "tautan"]) == ("rahasia",)
    assert not path.exists()
    left = (tmp_path / "lain").read_bytes()
    assert len(left) == 700
    assert b"rahasia" not in left


def test_a_stick_that_is_gone_is_a_sentence(hall: Hall, plan: Plan) -> None:
    shutil.rmtree(hall.sticks[0])
    with pytest.raises(StickTrouble):
        destruction.destroy(hall.public, plan, hall.sticks[0], seat=1, today=AFTER)
