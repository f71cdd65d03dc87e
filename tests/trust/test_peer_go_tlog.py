"""Go's sumdb packages judge our notes, roots and proofs, and we theirs."""

from __future__ import annotations

import base64
import json
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from test_note import FAULTS, KEYS, LINE, PETER, TEXT

from epilwu.trust import checkpoint, merkle, note
from epilwu.trust.checkpoint import Checkpoint
from epilwu.trust.errors import NoteRefused, ProofRefused, SignatureRefused
from epilwu.trust.note import Note, VerifierKey

PROGRAM = Path(__file__).parents[2] / ".peers" / "bin" / "log-oracle"
SIGNING = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
LENIENT_NOTES = {"base64-spare-bits"}
LENIENT_KEYS = {"trailing-newline", "id-upper-case"}
"""What Go lets pass and we refuse. The other way never happens."""

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(not PROGRAM.exists(), reason="`make peers` did not build log-oracle"),
]


class Oracle:
    """The running program."""

    def __init__(self) -> None:
        self.process = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, question: str, **values: object) -> dict[str, object]:
        fields = {name: _plain(value) for name, value in values.items()}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"Ask": question, **fields}) + "\n")
        self.process.stdin.flush()
        answer: dict[str, object] = json.loads(self.process.stdout.readline())
        return answer

    def hashes(self, question: str, **values: object) -> list[bytes]:
        answer = self.ask(question, **values)
        assert answer["Ok"], answer
        found = answer["Hashes"]
        assert isinstance(found, list)
        return [base64.b64decode(value) for value in found]


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


@pytest.fixture(scope="module")
def go() -> Iterator[Oracle]:
    oracle = Oracle()
    yield oracle
    assert oracle.process.stdin is not None
    oracle.process.stdin.close()
    oracle.process.wait(10)
    assert oracle.process.stdout is not None
    oracle.process.stdout.close()


def test_go_opens_our_checkpoint(go: Oracle) -> None:
    key = Ed25519PrivateKey.generate()
    head = Checkpoint("urn:epilwu:tally:32.09.07.2007/0123456789abcdef", 7, merkle.root([b"x"]))
    signed = checkpoint.sign(head, key).with_signatures([note.cosign(head.text, "saksi", key, 5)])
    verifier = VerifierKey.of(head.origin, key.public_key())
    answer = go.ask("open", Note=signed.serialise(), Key=verifier.text)
    assert (answer["Ok"], answer["Text"]) == (True, head.text)
    other = VerifierKey.of(head.origin, Ed25519PrivateKey.generate().public_key())
    assert not go.ask("open", Note=signed.serialise(), Key=other.text)["Ok"]
    changed = signed.serialise().replace(b"\n7\n", b"\n8\n")
    assert not go.ask("open", Note=changed, Key=verifier.text)["Ok"]


def test_we_open_what_go_signs(go: Oracle) -> None:
    answer = go.ask("sign", Skey=SIGNING, Text=TEXT)
    data = base64.b64decode(str(answer["Note"]))
    assert data == (TEXT + "\n" + LINE).encode()
    note.verify(Note.parse(data), VerifierKey.parse(PETER))


@pytest.mark.parametrize("fault", FAULTS)
def test_what_go_refuses_we_refuse(go: Oracle, fault: str) -> None:
    accepted = go.ask("open", Note=FAULTS[fault].encode(), Key=PETER)["Ok"]
    assert accepted is (fault in LENIENT_NOTES)


@pytest.mark.parametrize("fault", KEYS)
def test_what_go_refuses_as_a_key_we_refuse(go: Oracle, fault: str) -> None:
    accepted = go.ask("open", Note=(TEXT + "\n" + LINE).encode(), Key=KEYS[fault])["Ok"]
    assert accepted is (fault in LENIENT_KEYS)


def test_changed_bytes_are_judged_alike(go: Oracle) -> None:
    chosen = random.Random(6962)
    whole = (TEXT + "\n" + LINE).encode()
    for _ in range(300):
        changed = bytearray(whole)
        changed[chosen.randrange(len(changed))] = chosen.randrange(256)
        data = bytes(changed)
        try:
            note.verify(Note.parse(data), VerifierKey.parse(PETER))
            ours = True
        except (NoteRefused, SignatureRefused):
            ours = False
        theirs = go.ask("open", Note=data, Key=PETER)["Ok"]
        assert ours == theirs, data


def test_roots_and_proofs_of_all_small_trees(go: Oracle) -> None:
    entries = [b"entry %d" % n for n in range(40)]
    roots = {size: merkle.root(entries[:size]) for size in range(len(entries) + 1)}
    for size in range(1, len(entries) + 1):
        tree = entries[:size]
        assert base64.b64decode(str(go.ask("root", Entries=tree)["Hash"])) == roots[size]
        for index in {0, size - 1, size // 2, (7 * size) // 9}:
            proof = go.hashes("prove-inclusion", Entries=tree, Index=index)
            assert proof == merkle.inclusion_proof(tree, index)
        for old in {1, size, size // 2 + 1, (5 * size) // 7 + 1}:
            if old <= size:
                assert go.hashes("prove-growth", Entries=tree, Old=old) == merkle.consistency_proof(tree, old)


def test_false_proofs_are_judged_alike(go: Oracle) -> None:
    chosen = random.Random(9162)
    entries = [b"entry %d" % n for n in range(40)]
    judged = {True: 0, False: 0}
    for _ in range(300):
        size = chosen.randint(2, 40)
        old = chosen.randint(1, size)
        proof = merkle.consistency_proof(entries[:size], old)
        old_root, root = merkle.root(entries[:old]), merkle.root(entries[:size])
        spoil = chosen.randrange(5)
        if spoil == 0 and proof:
            proof = proof[:-1]
        elif spoil == 1:
            proof = [*proof, bytes(32)]
        elif spoil == 2:
            old = chosen.randint(1, size)
        elif spoil == 3:
            size = chosen.randint(old, 41)
        try:
            merkle.verify_consistency(old, old_root, size, root, proof)
            ours = True
        except ProofRefused:
            ours = False
        values = {"Hashes": proof, "Size": size, "Root": root, "Old": old, "OldRoot": old_root}
        assert go.ask("check-growth", **values)["Ok"] == ours
        judged[ours] += 1
    assert min(judged.values()) > 30
