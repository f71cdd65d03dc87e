"""The trustees of an election: who holds the key, and how many of them it takes (Belenios specification 3.0, 4.5-4.7).

``trustees.json`` is a list of items: "Single", one mandatory trustee, or "Pedersen", a group of which ``threshold``
suffice. The election key is the product of the items' keys. Trustees are numbered ("owners") from 1 over all items in
order; inside a group they also have an index from 1. A ``TrusteeSet`` exists only fully checked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from epilwu.protocol import canonical
from epilwu.protocol.errors import (
    MalformedElement,
    MalformedScalar,
    NotCanonical,
    ThresholdRefused,
    TrusteeKeyRefused,
    TrusteeKeyRepeated,
    TrusteeProofRefused,
    TrusteeSignatureRefused,
    TrusteesMissing,
    TrusteesRefused,
    TrusteeUnknown,
)
from epilwu.protocol.group import IDENTITY, Element, SecretScalar, add, decode_element, encode_element, mul, product
from epilwu.protocol.proofs import Proof, check_log, parse_proof, prove_log
from epilwu.protocol.signed_message import SignedMessage, is_signature, parse_signed

GROUP = "Ed25519"
MAX_TRUSTEES = 100  # a village has five; checking a group costs size x threshold multiplications
MAX_TRUSTEES_BYTES = 4 * 2**20

_PEDERSEN_FIELDS = ("threshold", "certs", "coefexps", "signatures", "verification_keys")


@dataclass(frozen=True, slots=True)
class Context:
    """What a certificate is for: ``threshold`` of ``size`` trustees, held by trustee ``index`` (from 1)."""

    size: int
    threshold: int
    index: int

    def to_json(self) -> canonical.Json:
        """The object that Belenios writes."""
        return {"group": GROUP, "size": self.size, "threshold": self.threshold, "index": self.index}


@dataclass(frozen=True, slots=True)
class Certificate:
    """A trustee's two public keys with their context, signed by the first of them. Exists only checked."""

    signed: SignedMessage
    context: Context
    verification: Element
    encryption: Element


@dataclass(frozen=True, slots=True)
class PublicShare:
    """A trustee's public key X = g^x with the proof of knowing x; signed by the owner inside a group."""

    public_key: Element
    pok: Proof
    signature: Proof | None

    def to_json(self) -> canonical.Json:
        """The object that Belenios writes."""
        value: dict[str, canonical.Json] = {"pok": self.pok.to_json(), "public_key": encode_element(self.public_key)}
        if self.signature is not None:
            value["signature"] = self.signature.to_json()
        return value


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the list: ``threshold`` of the trustees ``owners`` must decrypt (1 of 1 for "Single").

    ``certificates`` is empty for "Single". ``keys`` are the owners' public keys, in order.
    """

    owners: range
    threshold: int
    public_key: Element
    keys: tuple[Element, ...]
    certificates: tuple[Certificate, ...]

    @property
    def is_group(self) -> bool:
        """Whether this is a Pedersen group (even of one)."""
        return bool(self.certificates)


@dataclass(frozen=True, slots=True)
class TrusteeSet:
    """The checked content of ``trustees.json``; ``data`` are its bytes."""

    data: bytes
    items: tuple[Item, ...]
    public_key: Element

    @property
    def owners(self) -> range:
        """The numbers of all trustees, from 1."""
        return range(1, sum(len(item.owners) for item in self.items) + 1)

    @property
    def is_one_group(self) -> bool:
        """Whether this is one Pedersen item and nothing else, as E-Pilwu demands."""
        return len(self.items) == 1 and self.items[0].is_group

    def key(self, owner: int) -> Element:
        """The public key of trustee ``owner``; raise ``TrusteeUnknown`` if there is none of that number."""
        for item in self.items:
            if owner in item.owners:
                return item.keys[owner - item.owners.start]
        raise TrusteeUnknown("no trustee has this number", where=trustee_name(owner))

    def require(self, owners: Collection[int]) -> None:
        """Raise ``TrusteesMissing``, naming the absent, unless ``owners`` suffice to decrypt."""
        for owner in owners:
            self.key(owner)
        for item in self.items:
            absent = [owner for owner in item.owners if owner not in owners]
            lacking = item.threshold - (len(item.owners) - len(absent))
            if lacking > 0:
                raise TrusteesMissing(
                    f"{lacking} more of the trustees {', '.join(map(str, absent))} must decrypt"
                    f" ({item.threshold} of {len(item.owners)} are needed)",
                    where=", ".join(map(trustee_name, absent)),
                )


def trustee_name(owner: int) -> str:
    """How refusals name a trustee."""
    return f"trustee {owner}"


def parse_trustees(data: bytes) -> TrusteeSet:
    """Read and check ``trustees.json``.

    Raises ``NotCanonical`` for other bytes, and subclasses of ``TrusteesRefused`` that name the trustee: a key that
    is the identity, repeated, unproved, unsigned or not given by the coefficients; a wrong number of certificates or
    coefficients; coefficients that cancel between dealers, so that fewer trustees could decrypt.
    """
    value = canonical.loads(data, limit=MAX_TRUSTEES_BYTES)
    items: list[Item] = []
    first = 1
    for entry in canonical.items(value, low=1, high=MAX_TRUSTEES):
        item = _parse_item(entry, first)
        first += len(item.owners)
        if first > MAX_TRUSTEES + 1:
            raise TrusteesRefused(f"more than {MAX_TRUSTEES} trustees")
        items.append(item)
    refuse_repeated("public key", enumerate((key for item in items for key in item.keys), 1))
    public_key = product(item.public_key for item in items)
    if public_key == IDENTITY:
        raise TrusteeKeyRefused("the trustees' keys cancel each other")
    return TrusteeSet(data, tuple(items), public_key)


def serialise_trustees(groups: Sequence[bytes]) -> bytes:
    """``trustees.json`` of Pedersen groups given as the bytes that ``pedersen.assemble`` makes; checked."""
    data = b"[" + b",".join(b'["Pedersen",' + group + b"]" for group in groups) + b"]"
    return parse_trustees(data).data


def _parse_item(entry: canonical.Json, first: int) -> Item:
    kind, body = canonical.items(entry, low=2, high=2)
    match kind:
        case "Single":
            with naming(trustee_name(first), TrusteeKeyRefused):
                share = parse_public_share(body, signed=False)
            refuse_unproved(share, first)
            return Item(range(first, first + 1), 1, share.public_key, (share.public_key,), ())
        case "Pedersen":
            return parse_group(body, first)
        case _:
            raise NotCanonical(f"neither Single nor Pedersen: {kind!r}")


def parse_group(value: canonical.Json, first: int = 1) -> Item:
    """Check the threshold parameters of a Pedersen group whose first trustee has the number ``first``."""
    given = canonical.fields(value, _PEDERSEN_FIELDS)
    threshold = canonical.integer(given["threshold"], low=1, high=MAX_TRUSTEES)
    parts = {name: canonical.items(given[name], low=1, high=MAX_TRUSTEES) for name in _PEDERSEN_FIELDS[1:]}
    size = len(parts["certs"])
    if any(len(part) != size for part in parts.values()) or threshold > size:
        raise ThresholdRefused(
            f"{threshold} of {size} trustees do not go with {[len(p) for p in parts.values()]} parts"
        )
    certificates = parse_certificates(parts["certs"], first=first)
    if certificates[0].context.threshold != threshold:
        raise ThresholdRefused(f"the certificates are for another threshold than {threshold}")
    coefexps: list[tuple[Element, ...]] = []
    for certificate, coefs, signature in zip(certificates, parts["coefexps"], parts["signatures"], strict=True):
        coefexps.append(parse_coefexps(coefs, certificate, first=first))
        with naming(trustee_name(first + len(coefexps) - 1), TrusteeSignatureRefused):
            proof = parse_proof(signature)
        refuse_unsigned_dealing(proof, certificates, coefexps[-1], len(coefexps) - 1, first=first)
    totals = total_coefexps(coefexps)
    keys: list[Element] = []
    for certificate, share in zip(certificates, parts["verification_keys"], strict=True):
        keys.append(parse_group_share(share, certificate, totals, first=first).public_key)
    return Item(range(first, first + size), threshold, totals[0], tuple(keys), certificates)


def parse_certificates(values: Sequence[canonical.Json], *, first: int = 1) -> tuple[Certificate, ...]:
    """The certificates of one whole group, in order, checked.

    Raises ``ThresholdRefused`` where contexts differ, do not fit the number of certificates or are out of order,
    ``TrusteeSignatureRefused`` and ``TrusteeKeyRepeated``.
    """
    certificates = [parse_certificate(value, owner) for owner, value in enumerate(values, first)]
    threshold = certificates[0].context.threshold
    for index, certificate in enumerate(certificates, 1):
        expected = Context(len(certificates), threshold, index)
        if certificate.context != expected:
            raise ThresholdRefused(
                f"certificate for {certificate.context} where {expected} is expected",
                where=trustee_name(first + index - 1),
            )
    refuse_repeated("verification key", [(n, c.verification) for n, c in enumerate(certificates, first)])
    refuse_repeated("encryption key", [(n, c.encryption) for n, c in enumerate(certificates, first)])
    return tuple(certificates)


def parse_certificate(value: canonical.Json, owner: int) -> Certificate:
    """One certificate, its context and its own signature checked; ``owner`` only names it in refusals."""
    where = trustee_name(owner)
    with naming(where, TrusteeKeyRefused):
        signed = parse_signed(value)
        message = canonical.loads(signed.message.encode(), limit=1024)
        given = canonical.fields(message, ("context", "verification", "encryption"))
        context = _parse_context(given["context"])
        verification, encryption = decode_element(given["verification"]), decode_element(given["encryption"])
    if not signed.is_signed_by(verification):
        raise TrusteeSignatureRefused("the certificate is not signed by its verification key", where=where)
    return Certificate(signed, context, verification, encryption)


def _parse_context(value: canonical.Json) -> Context:
    given = canonical.fields(value, ("group", "size", "threshold", "index"))
    if given["group"] != GROUP:
        raise NotCanonical(f"another group than {GROUP}")
    size = canonical.integer(given["size"], low=1, high=MAX_TRUSTEES)
    threshold = canonical.integer(given["threshold"], low=1, high=size)
    return Context(size, threshold, canonical.integer(given["index"], low=1, high=size))


def parse_coefexps(value: canonical.Json, certificate: Certificate, *, first: int = 1) -> tuple[Element, ...]:
    """A dealer's g^a_0 ... g^a_(t-1), exactly ``threshold`` of them and signed by the dealer of ``certificate``."""
    where = trustee_name(first + certificate.context.index - 1)
    with naming(where, TrusteeKeyRefused):
        signed = parse_signed(value)
        message = canonical.loads(signed.message.encode(), limit=MAX_TRUSTEES * 80)
        listed = canonical.items(canonical.fields(message, ("coefexps",))["coefexps"], high=MAX_TRUSTEES)
        coefexps = tuple(map(decode_element, listed))
    if not signed.is_signed_by(certificate.verification):
        raise TrusteeSignatureRefused("the coefficients are not signed by their dealer", where=where)
    if len(coefexps) != certificate.context.threshold:
        raise ThresholdRefused(
            f"{len(coefexps)} coefficients where the threshold is {certificate.context.threshold}", where=where
        )
    return coefexps


def dealing_text(certificates: Iterable[Certificate], coefexps: Iterable[Element]) -> str:
    """What a dealer signs to say: with these trustees, and with these coefficients of mine."""
    certs: list[canonical.Json] = [certificate.signed.to_json() for certificate in certificates]
    listed: list[canonical.Json] = [encode_element(element) for element in coefexps]
    return "certs_sig|" + canonical.dumps({"certs": certs, "coefexps": listed}).decode()


def refuse_unsigned_dealing(
    signature: Proof, certificates: Sequence[Certificate], coefexps: Sequence[Element], index: int, *, first: int = 1
) -> None:
    """Raise ``TrusteeSignatureRefused`` unless the dealer at ``index`` (from 0) signed these certificates."""
    if not is_signature(signature, dealing_text(certificates, coefexps), certificates[index].verification):
        raise TrusteeSignatureRefused(
            "the dealer did not sign these certificates with these coefficients", where=trustee_name(first + index)
        )


def total_coefexps(coefexps: Sequence[Sequence[Element]]) -> tuple[Element, ...]:
    """The product over all dealers of each coefficient; raise ``ThresholdRefused`` where one is the identity.

    A vanished coefficient lowers the degree of the shared polynomial, and with it, unseen, the threshold.
    """
    totals = tuple(product(column) for column in zip(*coefexps, strict=True))
    for degree, total in enumerate(totals):
        if total == IDENTITY:
            raise ThresholdRefused(f"the dealers' coefficients of degree {degree} cancel each other")
    return totals


def evaluate(coefexps: Sequence[Element], index: int) -> Element:
    """g to the polynomial's value at ``index``: the product of A_k^(index^k), by Horner's rule. Public."""
    value = IDENTITY
    for coefexp in reversed(coefexps):
        value = add(mul(value, index), coefexp)
    return value


def make_public_share(secret: SecretScalar, signature: Proof | None) -> PublicShare:
    """The public key of ``secret`` with the proof of knowing it."""
    public_key = secret.base()
    return PublicShare(public_key, prove_log(secret, _pok_prefix(public_key)), signature)


def parse_public_share(value: canonical.Json, *, signed: bool) -> PublicShare:
    """Read ``PublicShare.to_json``, with a signature exactly if ``signed``; nothing is judged yet."""
    names = ("pok", "public_key", "signature") if signed else ("pok", "public_key")
    given = canonical.fields(value, names)
    signature = parse_proof(given["signature"]) if signed else None
    return PublicShare(decode_element(given["public_key"]), parse_proof(given["pok"]), signature)


def parse_group_share(
    value: canonical.Json, certificate: Certificate, totals: Sequence[Element], *, first: int = 1
) -> PublicShare:
    """A group member's public key: proved, signed, and the one that all dealers' coefficients ``totals`` give."""
    index = certificate.context.index
    owner = first + index - 1
    with naming(trustee_name(owner), TrusteeKeyRefused):
        share = parse_public_share(value, signed=True)
    refuse_unproved(share, owner)
    if share.public_key != evaluate(totals, index):
        raise TrusteeKeyRefused("the public key does not fit the dealers' coefficients", where=trustee_name(owner))
    text = encode_element(share.public_key)
    if share.signature is None or not is_signature(share.signature, text, certificate.verification):
        raise TrusteeSignatureRefused("the public key is not signed by its owner", where=trustee_name(owner))
    return share


def refuse_unproved(share: PublicShare, owner: int) -> None:
    """Raise ``TrusteeProofRefused`` unless the share's proof of knowledge holds."""
    if not check_log(share.public_key, share.pok, _pok_prefix(share.public_key)):
        raise TrusteeProofRefused("no proof of knowing the secret key", where=trustee_name(owner))


def _pok_prefix(public_key: Element) -> str:
    return f"pok|{GROUP}|{encode_element(public_key)}"


def refuse_repeated(what: str, keys: Iterable[tuple[int, Element]]) -> None:
    """Raise ``TrusteeKeyRepeated``, naming both owners, if two of the (owner, key) pairs share a key."""
    seen: dict[Element, int] = {}
    for owner, key in keys:
        if key in seen:
            raise TrusteeKeyRepeated(f"the {what} is also that of {trustee_name(seen[key])}", where=trustee_name(owner))
        seen[key] = owner


@contextmanager
def naming(where: str, kind: type[TrusteesRefused]) -> Iterator[None]:
    """Turn what the parsers refuse into ``kind`` at ``where``."""
    try:
        yield
    except (NotCanonical, MalformedElement, MalformedScalar) as error:
        raise kind(error.what, where=where) from error
