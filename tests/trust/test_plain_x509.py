"""Certificates read in plain Python: the very code that judges them elsewhere, on the stand-in that the one-file
verifier carries, says the same of honest, crafted, damaged and foreign ones."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_certificates import COMMON_NAME, CRAFTED, ROOT_USAGE, TWO_NAMES, _craft, _root
from trust_samples import BOOTH, BOOTH_KEY, BOOTH_PEM, DAY, NOT_AFTER, NOT_BEFORE, ROOT, ROOT_KEY, VILLAGE

from epilwu.audit import plain_x509
from epilwu.audit.verifier_file import _PLAIN
from epilwu.trust import certificates
from epilwu.trust.certificates import Holder, Role, create_root, issue
from epilwu.trust.errors import CertificateRefused

_, OTHER_ROOT = create_root("Panitia Kabupaten Cirebon", NOT_BEFORE, NOT_AFTER)


@cache
def plain() -> ModuleType:
    """``epilwu.trust.certificates`` as it is where ``cryptography`` is not installed."""
    spec = importlib.util.spec_from_file_location("plain_certificates", certificates.__file__)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with standing_in():
        sys.modules["plain_certificates"] = module
        spec.loader.exec_module(module)
    return module


@contextmanager
def standing_in() -> Iterator[None]:
    """The stand-ins of the file in the place of the library, as its folder ``plain`` puts them."""
    kept = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "cryptography"}
    for name in kept:
        del sys.modules[name]
    try:
        for path, text in _PLAIN.items():
            if path.startswith("cryptography"):
                name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
                sys.modules[name] = made = ModuleType(name)
                exec(text, made.__dict__)
        for name, made in list(sys.modules.items()):
            if name.startswith("cryptography."):
                setattr(sys.modules[name.rpartition(".")[0]], name.rpartition(".")[2], made)
        yield
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "cryptography"]:
            del sys.modules[name]
        sys.modules.update(kept)


def said(module: ModuleType, pem: bytes, root: bytes = ROOT) -> str:
    try:
        found = module.check_certificate(pem, root, at=DAY)
    except CertificateRefused as error:
        return error.code
    return " ".join((found.holder.uri, found.fingerprint, found.public_key.public_bytes_raw().hex()))


def same(pem: bytes, root: bytes = ROOT) -> str:
    real, ours = said(certificates, pem, root), said(plain(), pem, root)
    assert ours == real
    return ours


def test_honest_certificates_of_every_role() -> None:
    holders = (
        Holder(Role.REGENCY, "32.09"),
        Holder(Role.COMMITTEE, VILLAGE),
        Holder(Role.TALLY, VILLAGE),
        Holder(Role.DESK, VILLAGE, 1),
        BOOTH,
    )
    for holder in holders:
        pem = issue(ROOT_KEY, ROOT, BOOTH_KEY.public_key(), holder, NOT_BEFORE, NOT_AFTER)
        assert same(pem).startswith(holder.uri)


@pytest.mark.parametrize("fault", CRAFTED)
def test_crafted_forms(fault: str) -> None:
    assert same(CRAFTED[fault]()) == "certificate-unreadable"


def test_foreign_ones() -> None:
    assert same(BOOTH_PEM, OTHER_ROOT) == "certificate-foreign"
    assert same(_craft(issuer=COMMON_NAME)) == "certificate-foreign"
    assert same(_craft(key=BOOTH_KEY)) == "certificate-foreign"
    assert same(ROOT) == same(BOOTH_PEM, BOOTH_PEM) == "certificate-unreadable"


@pytest.mark.parametrize(
    "root",
    [
        lambda: _root(ROOT_USAGE, 0),
        lambda: _root(ROOT_USAGE, None),
        lambda: _root(ROOT_USAGE, 1),
        lambda: _root(ROOT_USAGE, 0, critical=False),
        lambda: _root(ROOT_USAGE, 0, name=TWO_NAMES),
        lambda: _root(ROOT_USAGE, 0, signer=BOOTH_KEY),
    ],
)
def test_other_roots(root: Callable[[], bytes]) -> None:
    same(BOOTH_PEM, root())


@settings(max_examples=25)
@given(st.integers(0, len(BOOTH_PEM) - 1), st.integers(0, 7))
def test_no_flipped_bit_is_accepted(position: int, bit: int) -> None:
    changed = bytearray(BOOTH_PEM)
    changed[position] ^= 1 << bit
    assert said(plain(), bytes(changed)).startswith("certificate-")


@settings(max_examples=25)
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_and_never_a_fault(data: bytes) -> None:
    assert said(plain(), data) == "certificate-unreadable"
    with pytest.raises((ValueError, plain_x509.UnsupportedAlgorithm, plain_x509.InvalidVersion)):
        plain_x509.load_pem_x509_certificate(pem(data))


def pem(der: bytes) -> bytes:
    return plain_x509.Certificate.public_bytes(_Bare(der), plain_x509.Encoding.PEM)  # type: ignore[arg-type]


class _Bare:
    def __init__(self, der: bytes) -> None:
        self.der = der


@settings(max_examples=25)
@given(st.data())
def test_no_damaged_der_is_a_fault(data: st.DataObject) -> None:
    der = bytearray(plain_x509.load_pem_x509_certificate(BOOTH_PEM).der)
    for _ in range(data.draw(st.integers(1, 3))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    text = said(plain(), pem(bytes(der[: data.draw(st.integers(len(der) // 2, len(der)))])))
    assert text.startswith(("certificate-", BOOTH.uri))
