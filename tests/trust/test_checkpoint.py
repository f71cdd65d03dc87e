"""Checkpoints: the specification's example, every fault by name, and whose they are."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from epilwu.trust import checkpoint, note
from epilwu.trust.checkpoint import Checkpoint
from epilwu.trust.errors import CheckpointRefused, NoteRefused, SignatureRefused
from epilwu.trust.note import Note, VerifierKey

ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
EXAMPLE = f"example.com/behind-the-sofa\n20852163\n{ROOT}\n"
ORIGIN = "urn:epilwu:tally:32.09.07.2007/0123456789abcdef"


def test_the_specifications_example() -> None:
    read = Checkpoint.parse(EXAMPLE)
    assert (read.origin, read.size, read.root.hex()[:8]) == ("example.com/behind-the-sofa", 20852163, "0ac5186a")
    assert read.text == EXAMPLE


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_what_is_written_is_read(size: int, root: bytes) -> None:
    written = Checkpoint(ORIGIN, size, root)
    assert Checkpoint.parse(written.text) == written


@given(st.text(max_size=120))
def test_any_text_is_read_one_way_or_refused(text: str) -> None:
    try:
        read = Checkpoint.parse(text)
    except CheckpointRefused:
        return
    assert read.text == text


FAULTS = {
    "size-plus": EXAMPLE.replace("20852163", "+20852163"),
    "size-minus": EXAMPLE.replace("20852163", "-1"),
    "size-leading-zero": EXAMPLE.replace("20852163", "020852163"),
    "size-double-zero": EXAMPLE.replace("20852163", "00"),
    "size-underscore": EXAMPLE.replace("20852163", "20_852_163"),
    "size-space": EXAMPLE.replace("20852163", " 20852163"),
    "size-trailing-space": EXAMPLE.replace("20852163", "20852163 "),
    "size-hex": EXAMPLE.replace("20852163", "0x13e2d03"),
    "size-exponent": EXAMPLE.replace("20852163", "2e7"),
    "size-fraction": EXAMPLE.replace("20852163", "20852163.0"),
    "size-other-digits": EXAMPLE.replace("20852163", "٢٠"),
    "size-superscript": EXAMPLE.replace("20852163", "2²"),
    "size-empty": EXAMPLE.replace("20852163", ""),
    "size-too-large": EXAMPLE.replace("20852163", str(2**63)),
    "size-enormous": EXAMPLE.replace("20852163", "9" * 5000),
    "root-junk": EXAMPLE.replace("CsUY", "Cs!UY"),
    "root-31-bytes": EXAMPLE.replace(ROOT, note.to_base64(bytes(31))),
    "root-33-bytes": EXAMPLE.replace(ROOT, note.to_base64(bytes(33))),
    "root-unpadded": EXAMPLE.replace("q2I=", "q2I"),
    "root-spare-bits": EXAMPLE.replace("q2I=", "q2J="),
    "root-url-alphabet": EXAMPLE.replace("om/X", "om_X"),
    "root-hex": EXAMPLE.replace(ROOT, bytes(32).hex()),
    "root-empty": EXAMPLE.replace(ROOT, ""),
    "no-last-newline": EXAMPLE[:-1],
    "empty-line-behind": EXAMPLE + "\n",
    "empty-extension": EXAMPLE + "\nlebih\n",
    "two-lines": "example.com/x\n1\n",
    "no-origin": "\n1\n" + ROOT + "\n",
    "origin-steers-terminal": EXAMPLE.replace("example", "exa\u202emple"),
    "empty": "",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refused(fault: str) -> None:
    with pytest.raises(CheckpointRefused):
        Checkpoint.parse(FAULTS[fault])


def test_lines_behind_the_root_are_kept() -> None:
    read = Checkpoint.parse(EXAMPLE + "tambahan\n")
    assert read.extensions == ("tambahan",)
    assert read.text == EXAMPLE + "tambahan\n"


def test_a_log_signs_under_its_own_name() -> None:
    key = Ed25519PrivateKey.generate()
    head = Checkpoint(ORIGIN, 3, hashlib.sha256(b"x").digest())
    signed = checkpoint.sign(head, key)
    verifier = VerifierKey.of(ORIGIN, key.public_key())
    assert checkpoint.open_signed(signed.serialise(), verifier) == (head, signed)
    assert checkpoint.read(signed.serialise()) == (head, signed)


def test_another_logs_checkpoint_is_refused_though_its_key_is_ours() -> None:
    key = Ed25519PrivateKey.generate()
    head = Checkpoint("urn:epilwu:tally:32.09/lain", 3, bytes(32))
    text = head.text
    data = Note(text, (note.sign(text, ORIGIN, key), note.sign(text, head.origin, key))).serialise()
    with pytest.raises(SignatureRefused, match="catatan lain"):
        checkpoint.open_signed(data, VerifierKey.of(ORIGIN, key.public_key()))


def test_an_unsigned_or_foreign_head_is_refused() -> None:
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    head = Checkpoint(ORIGIN, 3, bytes(32))
    with pytest.raises(SignatureRefused):
        checkpoint.open_signed(checkpoint.sign(head, other).serialise(), VerifierKey.of(ORIGIN, key.public_key()))
    with pytest.raises(NoteRefused):
        checkpoint.read(head.text.encode())
    with pytest.raises(CheckpointRefused):
        checkpoint.read(Note("lain\n", (note.sign("lain\n", ORIGIN, key),)).serialise())


@pytest.mark.parametrize("wrong", [(ORIGIN, -1, bytes(32)), (ORIGIN, 1, bytes(31)), ("", 1, bytes(32))])
def test_nothing_is_written_that_would_be_refused(wrong: tuple[str, int, bytes]) -> None:
    with pytest.raises(CheckpointRefused):
        checkpoint.sign(Checkpoint(*wrong), Ed25519PrivateKey.generate())
