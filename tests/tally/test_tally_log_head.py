"""The log's head: signed once, never against what was signed before, kept for good, seen by witnesses."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session, sessionmaker
from tally_samples import CODE, NIGHT, finish

from epilwu.cli import main
from epilwu.disk import FileTrouble
from epilwu.media import published
from epilwu.tally import log, log_head
from epilwu.tally.board import Counting
from epilwu.tally.database import sessions
from epilwu.tally.errors import CosignatureRefused, DatabaseRefused, LogBroken
from epilwu.tally.models import SignedHead
from epilwu.tally.prepare import Prepared
from epilwu.tally.publish import publish, publish_for_auditors
from epilwu.tally.rights import grant_server
from epilwu.trust import act_log, checkpoint, merkle, note
from epilwu.trust.certificates import Holder, Role, key_in
from epilwu.trust.log_proof import GrowthProof, InclusionProof
from epilwu.trust.note import KeyKind, Note, VerifierKey

HOLDER = Holder(Role.TALLY, CODE)
WITNESS = Ed25519PrivateKey.generate()
WITNESS_KEY = VerifierKey.of("surat-kabar.contoh/saksi", WITNESS.public_key(), KeyKind.WITNESS)


def again(factory: sessionmaker[Session], prepared: Prepared, folder: Path) -> None:
    publish(factory, CODE, folder, prepared.keys.tally, at=NIGHT, actor="uji")


def act(factory: sessionmaker[Session], name: str = "x") -> None:
    with factory.begin() as session:
        log.append(session, log.FileRefused("share", name, 64 * "a", "x"), at=NIGHT, actor="uji")


def cosigned(folder: Path, time: int = 1_700_000_000) -> bytes:
    signed = Note.parse((folder / published.CHECKPOINT).read_bytes())
    return signed.with_signatures([note.cosign(signed.text, WITNESS_KEY.name, WITNESS, time)]).serialise()


def test_a_publication_carries_the_signed_head(public: Path, counting: Counting) -> None:
    with counting.sessions() as session:
        entries = log.stored_entries(session)
    hashes = act_log.split_leaves((public / published.LOG_LEAVES).read_bytes())
    assert hashes == tuple(map(merkle.leaf_hash, entries))
    origin = act_log.log_name(HOLDER.uri, hashes)
    key = VerifierKey.of(origin, key_in((public / published.LOG_CERTIFICATE).read_bytes()))
    head, _ = checkpoint.open_signed((public / published.CHECKPOINT).read_bytes(), key)
    assert (head.size, head.root) == (len(entries), merkle.root(entries))
    assert not (public / published.LOG).exists()
    assert not (public / published.WITNESSED).exists()


def test_the_head_is_signed_once_and_grows_with_the_log(public: Path, counting: Counting, prepared: Prepared) -> None:
    first = (public / published.CHECKPOINT).read_bytes()
    again(counting.sessions, prepared, public)
    assert (public / published.CHECKPOINT).read_bytes() == first
    act(counting.sessions)
    again(counting.sessions, prepared, public)
    head, _ = checkpoint.read((public / published.CHECKPOINT).read_bytes())
    assert head.size == checkpoint.read(first)[0].size + 2  # the act, and the publication
    with counting.sessions() as session:
        assert session.query(SignedHead).count() == 2


def test_publications_of_other_villages_are_no_news(public: Path, counting: Counting, prepared: Prepared) -> None:
    with counting.sessions.begin() as session:
        log.append(session, log.Published("32.09.07.2008", None, 64 * "b"), at=NIGHT, actor="uji")
        before = len(log.read_log(session))
    again(counting.sessions, prepared, public)
    with counting.sessions() as session:
        assert len(log.read_log(session)) == before


def test_nothing_is_signed_against_what_was_signed_before(
    public: Path, counting: Counting, prepared: Prepared, engine: Engine
) -> None:
    """An older backup, or a log written anew: refused before anything leaves."""
    before = {path.name: path.read_bytes() for path in public.iterdir()}
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER log_entry_no_delete"))
        connection.execute(text("DELETE FROM log_entry WHERE seq >= (SELECT max(seq) - 2 FROM log_entry)"))
    with pytest.raises(LogBroken, match="lebih pendek"), counting.sessions.begin() as session:
        log_head.sign_head(session, prepared.keys.tally, HOLDER, at=NIGHT)
    for name in ("a", "b", "c", "d"):
        act(counting.sessions, name)
    with pytest.raises(LogBroken, match="bukan lagi"):
        again(counting.sessions, prepared, public)
    after = {path.name: path.read_bytes() for path in public.iterdir()}
    assert after == before


def test_an_empty_log_has_no_head(engine: Engine, prepared: Prepared) -> None:
    with pytest.raises(LogBroken, match="kosong"), sessions(engine).begin() as session:
        log_head.sign_head(session, prepared.keys.tally, HOLDER, at=NIGHT)
    with sessions(engine)() as session:
        assert log_head.view(session, CODE) is None


def test_a_medium_that_fails_before_the_head_leaves_no_trace(
    reported: object, counting: Counting, prepared: Prepared, tmp_path: Path
) -> None:
    finish(counting, prepared, 1, 2)
    (tmp_path / "berkas").write_text("bukan map")
    with pytest.raises(FileTrouble):
        again(counting.sessions, prepared, tmp_path / "berkas")
    with counting.sessions() as session:
        assert log.read_log(session)[-1].kind == "result-signed"
        assert session.query(SignedHead).count() == 0


def test_auditors_get_the_log_up_to_the_head_and_that_is_logged(
    public: Path, counting: Counting, tmp_path: Path
) -> None:
    act(counting.sessions)
    folder = tmp_path / "auditor"
    publish_for_auditors(counting.sessions, CODE, folder, at=NIGHT, actor="uji")
    entries = act_log.split_export((folder / published.LOG).read_bytes())
    head, _ = checkpoint.read((folder / published.CHECKPOINT).read_bytes())
    assert (len(entries), merkle.root(entries)) == (head.size, head.root)
    with counting.sessions() as session:
        assert log.read_log(session)[-1].kind == "auditors-exported"


CHEATS = (
    "UPDATE signed_head SET note = x'00'",
    "DELETE FROM signed_head",
    "INSERT OR REPLACE INTO signed_head SELECT origin, size, x'00', certificate, signed_at FROM signed_head",
    "UPDATE cosignature SET time = 0",
    "DELETE FROM cosignature",
    "INSERT OR REPLACE INTO cosignature SELECT origin, size, name, key_id, 0, x'00' FROM cosignature",
)


def test_what_was_signed_cannot_be_changed_in_sql(public: Path, counting: Counting, engine: Engine) -> None:
    with counting.sessions.begin() as session:
        log_head.accept_cosignatures(session, cosigned(public), [WITNESS_KEY])
    for statement in CHEATS:
        with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))


def test_a_witnesss_signature_is_shown_with_the_head(public: Path, counting: Counting, prepared: Prepared) -> None:
    data = cosigned(public)
    for expected in ((WITNESS_KEY,), ()):  # the second time changes nothing
        with counting.sessions.begin() as session:
            assert log_head.accept_cosignatures(session, data, [WITNESS_KEY]) == expected
    again(counting.sessions, prepared, public)
    shown = Note.parse((public / published.CHECKPOINT).read_bytes())
    assert note.verify_cosignature(shown, WITNESS_KEY) == 1_700_000_000
    act(counting.sessions)
    again(counting.sessions, prepared, public)
    assert (public / published.WITNESSED).read_bytes() == data
    assert len(Note.parse((public / published.CHECKPOINT).read_bytes()).signatures) == 1


def test_an_auditor_believes_what_the_server_publishes(
    public: Path, counting: Counting, prepared: Prepared, tmp_path: Path
) -> None:
    """From the server's database to the auditor's answer: growth since a kept head, and an older head witnessed."""
    kept = tmp_path / "dulu"
    kept.write_bytes((public / published.CHECKPOINT).read_bytes())
    with counting.sessions.begin() as session:
        log_head.accept_cosignatures(session, cosigned(public), [WITNESS_KEY])
    act(counting.sessions)
    again(counting.sessions, prepared, public)
    auditors = tmp_path / "auditor"
    publish_for_auditors(counting.sessions, CODE, auditors, at=NIGHT, actor="uji")
    for folder in (public, auditors):
        trust = ("--root", public / published.ROOT, "--since", kept, "--witness", WITNESS_KEY.text)
        result = CliRunner().invoke(main, [str(part) for part in ("audit", "log", folder, *trust)])
        assert result.exit_code == 0, result.output
        assert "bertambah 2" in result.output
        assert WITNESS_KEY.name in result.output


def test_only_known_witnesses_and_our_own_heads(public: Path, counting: Counting, prepared: Prepared) -> None:
    data = cosigned(public)
    stranger = VerifierKey.of("lain", Ed25519PrivateKey.generate().public_key(), KeyKind.WITNESS)
    with counting.sessions.begin() as session:
        assert log_head.accept_cosignatures(session, data, [stranger]) == ()
        log_key = VerifierKey.of(WITNESS_KEY.name, WITNESS.public_key())
        assert log_head.accept_cosignatures(session, data, [log_key]) == ()
    forged = Note.parse(data)
    wrong = note.NoteSignature(WITNESS_KEY.name, WITNESS_KEY.key_id, bytes(72))
    with counting.sessions() as session, pytest.raises(CosignatureRefused, match="saksi"):
        log_head.accept_cosignatures(
            session, Note(forged.text, (*forged.signatures[:1], wrong)).serialise(), [WITNESS_KEY]
        )
    head, _ = checkpoint.read(data)
    fork = checkpoint.sign(checkpoint.Checkpoint(head.origin, head.size, bytes(32)), prepared.keys.tally.key)
    with counting.sessions() as session, pytest.raises(CosignatureRefused, match="tidak pernah"):
        log_head.accept_cosignatures(session, fork.serialise(), [WITNESS_KEY])


def run(*arguments: object) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in ("tally", "log", *arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_commands_hand_out_what_outsiders_check(
    public: Path, counting: Counting, prepared: Prepared, tmp_path: Path
) -> None:
    database = ("--db", f"sqlite:///{tmp_path / 'tally.db'}")
    village = (*database, "--village", CODE)
    kept = tmp_path / "dulu"
    kept.write_bytes((public / published.CHECKPOINT).read_bytes())
    act(counting.sessions, "penting.epr")
    again(counting.sessions, prepared, public)
    key = VerifierKey.parse(run("key", *village).strip())
    run("growth", *village, "--since", kept, "--out", tmp_path / "tumbuh")
    head = GrowthProof.parse((tmp_path / "tumbuh").read_bytes()).verify(checkpoint.read(kept.read_bytes())[0])
    assert checkpoint.open_signed((public / published.CHECKPOINT).read_bytes(), key)[0] == head
    run("export", *database, "--out", tmp_path / "log.jsonl")
    entries = act_log.split_export((tmp_path / "log.jsonl").read_bytes())
    run("prove", *village, "--out", tmp_path / "bukti", "2")
    assert InclusionProof.parse((tmp_path / "bukti").read_bytes()).verify(entries[2]) == head
    shown = run("show", *database, "--kind", "file-refused", "--containing", "penting", "--actor", "uji", "--last", "1")
    assert "penting.epr" in shown
    (tmp_path / "saksi").write_bytes(cosigned(public))
    assert WITNESS_KEY.name in run("cosign", *database, "--witness", WITNESS_KEY.text, tmp_path / "saksi")


def test_the_commands_refuse_in_words(database: object, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'tally.db'}"
    result = CliRunner().invoke(main, ["tally", "log", "key", "--db", address, "--village", CODE])
    assert result.exit_code == 1
    assert "tally publish" in result.output
    result = CliRunner().invoke(main, ["tally", "migrate", "--db", address, "--grant", "server"])
    assert result.exit_code == 1
    assert "PostgreSQL" in result.output


def test_rights_are_a_matter_of_postgresql(engine: Engine) -> None:
    with pytest.raises(DatabaseRefused):
        grant_server(engine, "server")
