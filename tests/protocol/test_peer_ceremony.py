"""A ceremony held half by us and half by belenios-tool: each accepts the other's messages at every step."""

from __future__ import annotations

from pathlib import Path

import pytest
from belenios_samples import Run

from epilwu.protocol import pedersen
from epilwu.protocol.sealing import new_seed
from epilwu.protocol.trustees import parse_trustees, serialise_trustees

pytestmark = pytest.mark.peer

THRESHOLD, SIZE = 2, 3


def test_mixed_ceremony(belenios_tool: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trustees 1 and 2 are ours, trustee 3 and the administrator (steps 2, 4, 6) belenios-tool's."""
    monkeypatch.chdir(tmp_path)

    def step(number: int, *arguments: str | Path, stdin: bytes = b"") -> bytes:
        command = ("setup", "generate-trustee-key-threshold", "--group", "Ed25519", "--step", str(number))
        done = belenios_tool(*command, *arguments, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip().encode()

    seeds = [new_seed(), new_seed()]
    certs = [pedersen.make_certificate(s, index=i, threshold=THRESHOLD, size=SIZE) for i, s in enumerate(seeds, 1)]
    theirs = step(1, "--threshold-context", f"3/{THRESHOLD}/{SIZE}").decode()
    certs.append((tmp_path / f"{theirs}.cert").read_bytes().strip())
    (tmp_path / "certs.jsons").write_bytes(b"\n".join(certs) + b"\n")
    step(2, "--certs", "certs.jsons")
    certificates = pedersen.read_certificates(certs)

    messages = [pedersen.deal(seed, certificates) for seed in seeds]
    key = ("--key", f"{theirs}.key")
    messages.append(step(3, "--threshold-context", f"3/{THRESHOLD}/{SIZE}", "--certs", "certs.jsons", *key))
    (tmp_path / "polynomials.jsons").write_bytes(b"\n".join(messages) + b"\n")
    dealings = pedersen.read_dealings(certificates, messages)
    step(4, "--certs", "certs.jsons", "--polynomials", "polynomials.jsons")
    letters = pedersen.route(certificates, dealings)
    assert sorted(letters) == sorted(path.read_bytes().strip() for path in tmp_path.glob("*.vinput"))

    outputs = [pedersen.accept(s, certificates, letter) for s, letter in zip(seeds, letters[:2], strict=True)]
    outputs.append(step(5, "--certs", "certs.jsons", *key, stdin=letters[2] + b"\n"))
    ours = pedersen.assemble(certificates, dealings, outputs)
    arguments = ("--certs", "certs.jsons", "--polynomials", "polynomials.jsons")
    assert step(6, *arguments, stdin=b"\n".join(outputs) + b"\n") == ours

    trustees = parse_trustees(serialise_trustees([ours]))
    seeds.append((tmp_path / f"{theirs}.key").read_text().strip())
    for owner, (seed, output) in enumerate(zip(seeds, outputs, strict=True), 1):
        assert pedersen.recover_secret(seed, pedersen.sealed_secret(output), trustees.key(owner))
