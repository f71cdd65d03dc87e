"""Signed notes: the published example, every fault by name, and openssl's own opinion of the signature."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from epilwu.trust import note
from epilwu.trust.errors import NoteRefused, SignatureRefused
from epilwu.trust.note import KeyKind, Note, NoteSignature, VerifierKey

# The example of Go's package golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
# The example of C2SP tlog-cosignature, whose key is not given: its form alone.
COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xe"
    "McTOAYQ8=\n— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqh"
    "f5nNo0xUe+mbIUBkBIfZ+qnA==\n"
).encode()


def pair(name: str = "catatan.contoh/uji", kind: KeyKind = KeyKind.LOG) -> tuple[Ed25519PrivateKey, VerifierKey]:
    key = Ed25519PrivateKey.generate()
    return key, VerifierKey.of(name, key.public_key(), kind)


def test_the_published_example_verifies() -> None:
    data = (TEXT + "\n" + LINE).encode()
    parsed = Note.parse(data)
    key = VerifierKey.parse(PETER)
    note.verify(parsed, key)
    assert (parsed.text, parsed.serialise(), key.text) == (TEXT, data, PETER)
    with pytest.raises(SignatureRefused):
        note.verify(Note(TEXT.replace("cryptography", "kriptografi"), parsed.signatures), key)


def test_the_cosignature_specifications_example_has_our_form() -> None:
    parsed = Note.parse(COSIGNED)
    assert parsed.serialise() == COSIGNED
    log, witness = parsed.signatures
    assert (log.name, len(log.signature)) == ("example.com/behind-the-sofa", 64)
    assert (witness.name, int.from_bytes(witness.signature[:8], "big")) == ("witness.example.com/w1", 1679315147)


_WORDS = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs",)), max_size=30)


@given(st.lists(_WORDS, min_size=1, max_size=5))
def test_what_is_signed_is_read_back_and_verified(lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    key, verifier = pair()
    written = Note(text, (note.sign(text, verifier.name, key),))
    if text == "\n":  # a note has text
        with pytest.raises(NoteRefused):
            written.serialise()
        return
    parsed = Note.parse(written.serialise())
    assert parsed == written
    note.verify(parsed, verifier)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_one_way_or_refused(data: bytes) -> None:
    try:
        parsed = Note.parse(data)
    except NoteRefused:
        return
    assert parsed.serialise() == data


@given(st.data())
def test_one_changed_byte_never_verifies(data: st.DataObject) -> None:
    whole = bytearray((TEXT + "\n" + LINE).encode())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((NoteRefused, SignatureRefused)):
        note.verify(Note.parse(bytes(whole)), VerifierKey.parse(PETER))


FAULTS = {
    "no-signature": TEXT + "\n",
    "no-empty-line": TEXT + LINE,
    "no-text": "\n" + LINE,
    "no-last-newline": TEXT + "\n" + LINE[:-1],
    "empty": "",
    "carriage-returns": (TEXT + "\n" + LINE).replace("\n", "\r\n"),
    "control-character": TEXT.replace("If", "\x1bIf") + "\n" + LINE,
    "tab": TEXT.replace("If ", "If\t") + "\n" + LINE,
    "null": TEXT.replace("If ", "If\0") + "\n" + LINE,
    "hyphen-for-dash": TEXT + "\n" + LINE.replace("—", "-"),
    "en-dash": TEXT + "\n" + LINE.replace("—", "–"),
    "no-break-space": TEXT + "\n" + LINE.replace("— ", "—\u00a0"),
    "two-spaces": TEXT + "\n" + LINE.replace("— ", "—  "),
    "nameless": TEXT + "\n" + LINE.replace("PeterNeumann ", " "),
    "plus-in-name": TEXT + "\n" + LINE.replace("PeterNeumann", "Peter+Neumann"),
    "wide-space-in-name": TEXT + "\n" + LINE.replace("PeterNeumann", "Peter\u3000Neumann"),
    "turned-name": TEXT + "\n" + LINE.replace("PeterNeumann", "Peter\u202eNeumann"),
    "base64-unpadded": TEXT + "\n" + LINE.replace("M=\n", "M\n"),
    "base64-junk": TEXT + "\n" + LINE.replace("x08go/", "x08g!o/"),
    "base64-url-alphabet": TEXT + "\n" + LINE.replace("x08go/", "x08go_"),
    "base64-spare-bits": TEXT + "\n" + LINE.replace("AM=\n", "AN=\n"),
    "base64-inner-padding": TEXT + "\n" + LINE.replace("x08go/", "x08go="),
    "base64-trailing-space": TEXT + "\n" + LINE.replace("AM=\n", "AM= \n"),
    "key-id-only": TEXT + "\n" + "— PeterNeumann x08gow==\n",
    "signature-empty": TEXT + "\n" + "— PeterNeumann \n",
    "foreign-line": TEXT + "\n" + LINE + "and so on\n",
    "too-many-signatures": TEXT + "\n" + LINE * 101,
    "too-large": "x" * note.LIMIT + "\n\n" + LINE,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_form_is_refused(fault: str) -> None:
    with pytest.raises(NoteRefused):
        Note.parse(FAULTS[fault].encode())


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(NoteRefused):
        Note.parse(b"\xff\xfe" + (TEXT + "\n" + LINE).encode())
    with pytest.raises(NoteRefused):  # an overlong newline
        Note.parse(TEXT.encode() + b"\xc0\x8a\n" + LINE.encode())


KEYS = {
    "id-of-another-key": PETER.replace("c74f20a3", "c74f20a4"),
    "id-upper-case": PETER.replace("c74f20a3", "C74F20A3"),
    "id-short": PETER.replace("c74f20a3", "c74f20"),
    "id-signed": PETER.replace("c74f20a3", "+74f20a3"),
    "unknown-kind": "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "nameless": PETER.removeprefix("PeterNeumann"),
    "space-in-name": PETER.replace("PeterN", "Peter N"),
    "key-short": "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10Q=",
    "base64-junk": PETER.replace("ARpc", "AR!pc"),
    "two-parts": "PeterNeumann+c74f20a3",
    "trailing-newline": PETER + "\n",
    "private-key": "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
}


@pytest.mark.parametrize("fault", KEYS)
def test_a_fault_in_a_key_is_refused(fault: str) -> None:
    with pytest.raises(NoteRefused):
        VerifierKey.parse(KEYS[fault])


def test_a_weak_key_is_refused() -> None:
    weak = VerifierKey("lemah", KeyKind.LOG, bytes([1, *bytes(31)]))
    with pytest.raises(NoteRefused, match="lemah"):
        VerifierKey.parse(weak.text)


def test_names_that_no_note_may_carry() -> None:
    key = Ed25519PrivateKey.generate()
    for name in ("", "a b", "a+b", "a\nb", "x" * 256, "a\u2028b"):
        with pytest.raises(NoteRefused):
            note.sign(TEXT, name, key)


def test_only_the_known_key_counts_and_each_of_its_lines() -> None:
    key, verifier = pair()
    stranger, other = pair()  # the same name, another key
    good, alien = note.sign(TEXT, verifier.name, key), note.sign(TEXT, other.name, stranger)
    forged = NoteSignature(verifier.name, verifier.key_id, bytes(64))
    note.verify(Note(TEXT, (alien, good)), verifier)
    for wrong in ((alien,), (forged,), (good, forged), (forged, good)):
        with pytest.raises(SignatureRefused):
            note.verify(Note(TEXT, wrong), verifier)
    short = NoteSignature(verifier.name, verifier.key_id, good.signature[:63])
    with pytest.raises(SignatureRefused):
        note.verify(Note(TEXT, (short,)), verifier)


def test_a_witness_says_when_it_saw_the_text() -> None:
    key, verifier = pair("saksi.contoh/w1", KeyKind.WITNESS)
    line = note.cosign(TEXT, verifier.name, key, 1679315147)
    assert len(line.signature) == 72
    assert note.verify_cosignature(Note(TEXT, (line,)), verifier) == 1679315147
    later = note.cosign(TEXT, verifier.name, key, 1679315148)
    assert note.verify_cosignature(Note(TEXT, (line, later)), verifier) == 1679315148


def test_a_witnesss_signature_fits_no_other_time_text_or_purpose() -> None:
    key, witness = pair("saksi.contoh/w1", KeyKind.WITNESS)
    line = note.cosign(TEXT, witness.name, key, 5)
    moved = NoteSignature(line.name, line.key_id, (6).to_bytes(8, "big") + line.signature[8:])
    late = NoteSignature(line.name, line.key_id, (2**63).to_bytes(8, "big") + line.signature[8:])
    for wrong in (moved, late, NoteSignature(line.name, line.key_id, b"short")):
        with pytest.raises(SignatureRefused):
            note.verify_cosignature(Note(TEXT, (wrong,)), witness)
    with pytest.raises(SignatureRefused):
        note.verify_cosignature(Note("lain\n", (line,)), witness)
    log = VerifierKey.of(witness.name, key.public_key())
    with pytest.raises(SignatureRefused):  # the same key as a log's has another id, so its line is not this one
        note.verify(Note(TEXT, (line,)), log)
    with pytest.raises(SignatureRefused, match="saksi"):
        note.verify(Note(TEXT, (line,)), witness)
    with pytest.raises(SignatureRefused, match="bukan kunci saksi"):
        note.verify_cosignature(Note(TEXT, (note.sign(TEXT, log.name, key),)), log)
    with pytest.raises(ValueError, match="time"):
        note.cosign(TEXT, witness.name, key, 2**63)


def test_lines_are_added_once() -> None:
    key, verifier = pair()
    line = note.sign(TEXT, verifier.name, key)
    one = Note(TEXT, (line,))
    assert one.with_signatures([line]) == one
    other = note.cosign(TEXT, "saksi", key, 1)
    assert one.with_signatures([other, other]).signatures == (line, other)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not on this machine")
def test_openssl_verifies_the_signature(tmp_path: Path) -> None:
    key, verifier = pair()
    line = note.sign(TEXT, verifier.name, key)
    (tmp_path / "text").write_text(TEXT)
    (tmp_path / "sig").write_bytes(line.signature)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(pem)
    command = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-rawin",
        "-pubin",
        "-inkey",
        "key.pem",
        "-in",
        "text",
        "-sigfile",
        "sig",
    ]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "text").write_text(TEXT + "!")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0
