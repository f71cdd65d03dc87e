"""The log as an outsider checks it: honest exports pass; each way to bend a log is noticed and named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.audit.log import LogMaterial, check_log
from epilwu.audit.log_command import log_command
from epilwu.audit.log_words import LogName
from epilwu.media import published
from epilwu.protocol.verify_report import Status
from epilwu.trust import act_log, certificates, checkpoint, log_proof, merkle, note
from epilwu.trust.certificates import Holder, Role
from epilwu.trust.checkpoint import Checkpoint
from epilwu.trust.note import KeyKind, Note, VerifierKey

DAY = date(2023, 10, 22)
NIGHT = datetime(2023, 10, 22, 12, tzinfo=UTC)
HOLDER = Holder(Role.TALLY, "32.09.07.2007")
SPAN = (datetime(2023, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC))
ROOT_KEY, ROOT = certificates.create_root("Kabupaten Uji", *SPAN)
KEY = Ed25519PrivateKey.generate()
CERTIFICATE = certificates.issue(ROOT_KEY, ROOT, KEY.public_key(), HOLDER, *SPAN)
WITNESS_KEY = Ed25519PrivateKey.generate()
WITNESS = VerifierKey.of("surat-kabar.contoh/saksi", WITNESS_KEY.public_key(), KeyKind.WITNESS)


def entries(count: int, *, actor: str = "uji", edited: int | None = None) -> list[bytes]:
    """A log of ``count`` acts, with one written differently (and all after it chained to that) where asked."""
    made: list[bytes] = []
    for seq in range(count):
        prev = hashlib.sha256(made[-1]).hexdigest() if made else act_log.GENESIS
        event = {"code": "lain" if seq == edited else "asli", "name": f"TPS{seq:02d}.epr"}
        at = NIGHT + timedelta(minutes=seq)
        made.append(act_log.encode(seq, prev, at=at, actor=actor, kind="file-refused", event=event))
    return made


def head(log: Sequence[bytes], size: int | None = None, *, key: Ed25519PrivateKey = KEY, uri: str = HOLDER.uri) -> Note:
    hashes = [merkle.leaf_hash(entry) for entry in log[:size]]
    return checkpoint.sign(Checkpoint(act_log.log_name(uri, hashes), len(hashes), merkle.root_of_hashes(hashes)), key)


LOG = entries(9)
HEAD = head(LOG)
KEPT = head(LOG, 4).serialise()
HONEST = LogMaterial(
    entries=act_log.export(LOG),
    leaves=act_log.leaves(LOG),
    checkpoint=HEAD.serialise(),
    certificate=CERTIFICATE,
    root=ROOT,
    day=DAY,
    kept=KEPT,
)


def codes(material: LogMaterial) -> set[str]:
    return {check.code for check in check_log(material).checks if check.status is Status.FAILED}


def open_questions(material: LogMaterial) -> set[LogName]:
    return {check.name for check in check_log(material).checks if check.status is Status.NOT_CHECKED}


def test_an_honest_log_passes() -> None:
    report = check_log(HONEST)
    assert report.ok
    assert [check.name for check in report.checks] == list(LogName)[:5]
    assert (len(report.acts), report.head and report.head.size) == (9, 9)


def test_the_public_part_passes_by_itself() -> None:
    report = check_log(replace(HONEST, entries=None))
    assert report.ok
    assert LogName.CHAIN not in {check.name for check in report.checks}
    assert "auditor" in report.notes[0]


def rewritten(edited: int) -> LogMaterial:
    """Somebody with the server and its keys wrote one entry anew, and everything after it, and signed that."""
    log = entries(9, edited=edited)
    return replace(HONEST, entries=act_log.export(log), leaves=act_log.leaves(log), checkpoint=head(log).serialise())


def edited_in_place() -> LogMaterial:
    log = [*LOG[:5], LOG[5].replace(b"asli", b"lain"), *LOG[6:]]
    return replace(HONEST, entries=act_log.export(log), leaves=act_log.leaves(log))


def edited_and_chained() -> LogMaterial:
    log = entries(9, edited=5)
    return replace(HONEST, entries=act_log.export(log), leaves=act_log.leaves(log))


def from_the_start() -> LogMaterial:
    log = entries(9, actor="lain")
    return replace(HONEST, entries=act_log.export(log), leaves=act_log.leaves(log), checkpoint=head(log).serialise())


def cut_and_signed(size: int) -> LogMaterial:
    log = LOG[:size]
    return replace(HONEST, entries=act_log.export(log), leaves=act_log.leaves(log), checkpoint=head(log).serialise())


def signed_by(certificate: bytes, uri: str = HOLDER.uri, key: Ed25519PrivateKey = KEY) -> LogMaterial:
    return replace(HONEST, checkpoint=head(LOG, key=key, uri=uri).serialise(), certificate=certificate, kept=None)


def other_certificate(holder: Holder, key: Ed25519PrivateKey = KEY) -> bytes:
    return certificates.issue(ROOT_KEY, ROOT, key.public_key(), holder, *SPAN)


def foreign_root() -> bytes:
    key, root = certificates.create_root("Kabupaten Lain", *SPAN)
    return certificates.issue(key, root, KEY.public_key(), HOLDER, *SPAN)


CHEATS: dict[str, tuple[Callable[[], LogMaterial], str]] = {
    "entry edited": (edited_in_place, "log-entry-edited"),
    "entry edited, chain made to fit": (edited_and_chained, "log-root-differs"),
    "tail cut off": (lambda: replace(HONEST, entries=act_log.export(LOG[:7]), leaves=None), "log-tail-cut"),
    "tail of the hashes cut off": (lambda: replace(HONEST, leaves=act_log.leaves(LOG[:7])), "log-leaves-differ"),
    "tail cut off, signed anew": (lambda: cut_and_signed(3), "log-shrunk"),
    "kept part rewritten, signed anew": (lambda: rewritten(2), "log-forked"),
    "all rewritten, signed anew": (from_the_start, "log-replaced"),
    "hashes of another log": (
        lambda: replace(HONEST, leaves=act_log.leaves(entries(9, edited=3))),
        "log-leaves-differ",
    ),
    "checkpoint of another log": (
        lambda: replace(HONEST, checkpoint=head(entries(9, actor="x")).serialise(), kept=None),
        "log-origin-differs",
    ),
    "checkpoint edited": (
        lambda: replace(HONEST, checkpoint=HEAD.serialise().replace(b"\n9\n", b"\n8\n")),
        "checkpoint-not-signed",
    ),
    "checkpoint is junk": (lambda: replace(HONEST, checkpoint=b"junk"), "checkpoint-unreadable"),
    "size with a plus": (
        lambda: replace(HONEST, checkpoint=HEAD.serialise().replace(b"\n9\n", b"\n+9\n")),
        "checkpoint-unreadable",
    ),
    "kept checkpoint edited": (
        lambda: replace(HONEST, kept=KEPT.replace(b"\n4\n", b"\n5\n")),
        "kept-checkpoint-refused",
    ),
    "kept checkpoint signed by nobody": (
        lambda: replace(HONEST, kept=head(LOG, 4, key=Ed25519PrivateKey.generate()).serialise()),
        "kept-checkpoint-refused",
    ),
    "signed by a booth": (
        lambda: signed_by(other_certificate(Holder(Role.BOOTH, HOLDER.region, 1, 1))),
        "checkpoint-not-signed",
    ),
    "signed by another village's server": (
        lambda: signed_by(other_certificate(Holder(Role.TALLY, "32.09.07.2008"))),
        "log-origin-differs",
    ),
    "certificate of another root": (lambda: signed_by(foreign_root()), "checkpoint-not-signed"),
    "signed by another key": (
        lambda: signed_by(CERTIFICATE, key=Ed25519PrivateKey.generate()),
        "checkpoint-not-signed",
    ),
    "another key is brought": (
        lambda: replace(HONEST, key=VerifierKey.of("x", KEY.public_key())),
        "log-origin-differs",
    ),
    "empty log": (lambda: replace(HONEST, entries=b"", leaves=b""), "log-tail-cut"),
    "not an export": (lambda: replace(HONEST, entries=b"no newline", leaves=None), "log-entry-edited"),
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_a_cheat_is_named(cheat: str) -> None:
    make, code = CHEATS[cheat]
    assert code in codes(make())


def test_rewriting_what_nobody_kept_is_not_noticed_without_a_witness() -> None:
    """The limit, said honestly: a fork after every kept head is seen only by comparing with somebody else's copy."""
    assert codes(rewritten(6)) == set()
    witnessed = HEAD.with_signatures([note.cosign(HEAD.text, WITNESS.name, WITNESS_KEY, 1_700_000_000)])
    honest = replace(HONEST, checkpoint=witnessed.serialise(), witnesses=(WITNESS,))
    assert check_log(honest).ok
    fork = replace(rewritten(6), witnesses=(WITNESS,))
    assert codes(fork) == {"cosignature-refused"}
    transplanted = head(entries(9, edited=6)).with_signatures(witnessed.signatures[1:])
    assert codes(replace(fork, checkpoint=transplanted.serialise())) == {"cosignature-refused"}


def test_an_older_head_that_a_witness_signed_counts_if_it_was_continued() -> None:
    def witnessed(log: Sequence[bytes], size: int, time: int = 5) -> bytes:
        signed = head(log, size)
        return signed.with_signatures([note.cosign(signed.text, WITNESS.name, WITNESS_KEY, time)]).serialise()

    material = replace(HONEST, witnesses=(WITNESS,), witnessed=witnessed(LOG, 7))
    report = check_log(material)
    assert report.ok
    assert "7 catatan" in report.checks[-1].detail
    assert codes(replace(rewritten(6), witnesses=(WITNESS,), witnessed=witnessed(LOG, 7))) == {"log-forked"}
    assert codes(replace(material, witnessed=head(LOG, 7).serialise())) == {"cosignature-refused"}
    assert codes(replace(material, witnessed=witnessed(LOG, 7, 2**62))) == {"cosignature-refused"}
    assert codes(replace(material, witnessed=b"junk")) == {"cosignature-refused"}
    assert open_questions(replace(material, root=None, kept=None)) == {LogName.SIGNATURE, LogName.WITNESSES}


def test_what_was_not_checked_is_said_so() -> None:
    assert open_questions(replace(HONEST, root=None)) == {LogName.SIGNATURE, LogName.GROWTH}
    assert open_questions(replace(HONEST, certificate=None)) == {LogName.SIGNATURE, LogName.GROWTH}
    assert open_questions(replace(HONEST, day=None)) == {LogName.SIGNATURE, LogName.GROWTH}
    without = replace(HONEST, checkpoint=None)
    assert open_questions(without) == {LogName.ROOT, LogName.SIGNATURE, LogName.GROWTH}
    alone = replace(HONEST, entries=None, leaves=None)
    assert open_questions(alone) == {LogName.LEAVES, LogName.ROOT, LogName.GROWTH}
    assert open_questions(replace(HONEST, checkpoint=head(LOG, 7).serialise())) == {LogName.ROOT}
    first = check_log(replace(HONEST, kept=None))
    assert first.ok
    assert "--since" in first.notes[-1]
    assert not check_log(LogMaterial()).ok


def test_growth_by_a_proof_alone() -> None:
    hashes = [merkle.leaf_hash(entry) for entry in LOG]
    proof = log_proof.prove_growth(hashes, 4, HEAD).serialise()
    alone = replace(HONEST, entries=None, leaves=None, growth=proof)
    assert open_questions(alone) == {LogName.LEAVES, LogName.ROOT}
    fork = entries(9, edited=2)
    forged = log_proof.prove_growth([merkle.leaf_hash(entry) for entry in fork], 4, head(fork)).serialise()
    assert codes(replace(alone, checkpoint=head(fork).serialise(), growth=forged)) == {"log-forked"}
    assert codes(replace(alone, growth=b"junk")) == {"growth-proof-refused"}
    shorter = log_proof.prove_growth(hashes, 4, head(LOG, 8)).serialise()
    assert codes(replace(alone, growth=shorter)) == {"growth-proof-refused"}
    assert codes(replace(alone, kept=head(fork, 9).serialise())) == {"log-forked"}


def test_a_key_takes_the_place_of_the_certificates() -> None:
    key = VerifierKey.of(Checkpoint.parse(HEAD.text).origin, KEY.public_key())
    assert check_log(replace(HONEST, certificate=None, root=None, day=None, key=key)).ok


def test_a_clock_set_back_and_a_strangers_signature_are_said() -> None:
    first = act_log.encode(0, act_log.GENESIS, at=NIGHT, actor="uji", kind="x", event={})
    prev = hashlib.sha256(first).hexdigest()
    log = [first, act_log.encode(1, prev, at=NIGHT - timedelta(days=1), actor="uji", kind="x", event={})]
    signed = head(log).with_signatures([note.cosign(HEAD.text, "entah", WITNESS_KEY, 1)])
    material = LogMaterial(entries=act_log.export(log), checkpoint=signed.serialise())
    notes = check_log(material).notes
    assert any("mundur" in text for text in notes)
    assert any("entah" in text for text in notes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        published.LOG: HONEST.entries,
        published.LOG_LEAVES: HONEST.leaves,
        published.CHECKPOINT: HONEST.checkpoint,
        published.LOG_CERTIFICATE: CERTIFICATE,
        "akar.pem": ROOT,
        "dulu": KEPT,
    }
    for name, data in files.items():
        assert data is not None
        (tmp_path / name).write_bytes(data)
    return tmp_path


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(log_command, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def test_the_command_says_so_and_exits_by_it(folder: Path) -> None:
    trust = ("--root", folder / "akar.pem")
    for path in (folder, folder / "log.jsonl", folder / "log.leaves"):
        code, said = run(path, *trust, "--since", folder / "dulu", "--date", "2023-10-22")
        assert code == 0, said
        assert "Semua diperiksa dan lulus" in said
    code, said = run(folder)
    assert code == 1
    assert "tidak diperiksa" in said
    code, said = run(folder, *trust, "--json", "--witness", WITNESS.text)
    assert code == 1
    assert json.loads(said)["checks"][-1]["code"] == "cosignature-refused"
    (folder / "log.jsonl").write_bytes(act_log.export(LOG[:7]))
    code, said = run(folder / "log.jsonl", *trust)
    assert code == 1
    assert "log-tail-cut" in said


def test_the_command_refuses_what_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "kosong").mkdir()
    result = CliRunner().invoke(log_command, [str(tmp_path / "kosong")])
    assert type(result.exception).__name__ == "MaterialRefused"
    result = CliRunner().invoke(log_command, [str(tmp_path / "tiada.jsonl")])
    assert type(result.exception).__name__ == "FileTrouble"


def test_a_checkpoint_alone_is_read(folder: Path) -> None:
    (folder / "log.jsonl").unlink()
    (folder / "log.leaves").unlink()
    hashes = [merkle.leaf_hash(entry) for entry in LOG]
    (folder / "tumbuh").write_bytes(log_proof.prove_growth(hashes, 4, HEAD).serialise())
    trust = ("--root", folder / "akar.pem", "--since", folder / "dulu", "--proof", folder / "tumbuh")
    code, said = run(folder / "checkpoint", *trust)
    assert code == 1  # the entries are not there, and it says so
    assert "4 catatan pertama tetap sama" in said
