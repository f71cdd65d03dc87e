"""The trustees' key ceremony, as pure steps on message bytes (Belenios specification 3.0, sections 3.1.1 and 4.6).

1. each trustee: ``make_certificate``; 2. all: ``read_certificates``; 3. each: ``deal`` a secret polynomial to all;
4. anyone: ``route`` the dealings to a letter per recipient; 5. each: ``accept`` the letter, or name the dealer who
cheats; 6. anyone: ``assemble``. Later each trustee opens its secret with ``recover_secret``. The messages are those
of belenios-tool 3.0 (files ``.cert``, ``polynomials.jsons``, ``.vinput``, ``.voutput``, ``threshold.json``, ``.dkey``).

The secret polynomials live only inside the steps; what must outlive a step is sealed to its own maker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from epilwu.protocol import canonical
from epilwu.protocol.errors import (
    CeremonyRefused,
    DealtShareRefused,
    MalformedScalar,
    NotCanonical,
    SealedMessageRefused,
    SeedRefused,
)
from epilwu.protocol.group import Element, SecretScalar, decode_scalar, encode_element, encode_scalar
from epilwu.protocol.proofs import Proof, parse_proof
from epilwu.protocol.sealing import TrusteeKeys, derive_keys, receive, send
from epilwu.protocol.signed_message import SignedMessage, parse_signed, sign
from epilwu.protocol.trustees import (
    MAX_TRUSTEES,
    MAX_TRUSTEES_BYTES,
    Certificate,
    Context,
    PublicShare,
    dealing_text,
    evaluate,
    make_public_share,
    parse_certificate,
    parse_certificates,
    parse_coefexps,
    parse_group,
    parse_group_share,
    parse_public_share,
    refuse_unsigned_dealing,
    total_coefexps,
    trustee_name,
)

MAX_MESSAGE_BYTES = MAX_TRUSTEES_BYTES

_DEALING_FIELDS = ("polynomial", "secrets", "coefexps", "signature")
_LETTER_FIELDS = ("polynomial", "secrets", "coefexps", "signatures")
_OUTPUT_FIELDS = ("private_key", "public_key")


@dataclass(frozen=True, slots=True)
class Dealing:
    """A dealer's public step: sealed shares for everyone, the signed g^a_k, and the signature on all certificates."""

    polynomial: str
    secrets: tuple[str, ...]
    signed_coefexps: SignedMessage
    coefexps: tuple[Element, ...]
    signature: Proof


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A trustee's last step: its secret, sealed to itself, and its public key."""

    private_key: str
    share: PublicShare


def make_certificate(seed: str, *, index: int, threshold: int, size: int) -> bytes:
    """Step 1: the certificate of trustee ``index`` of ``size`` (at most 100), of whom ``threshold`` decrypt.

    Raises ``SeedRefused``, and ``CeremonyRefused`` for numbers that do not fit, or for a threshold of 1 among several
    trustees: each of them would hold the whole, same key.
    """
    if not (1 <= threshold <= size <= MAX_TRUSTEES and 1 <= index <= size):
        raise CeremonyRefused(f"trustee {index} of {size} with a threshold of {threshold} cannot be")
    if threshold == 1 < size:
        raise CeremonyRefused("a threshold of 1 gives every trustee the whole key")
    keys = derive_keys(seed)
    message = canonical.dumps(
        {
            "context": Context(size, threshold, index).to_json(),
            "verification": encode_element(keys.verification),
            "encryption": encode_element(keys.encryption),
        }
    )
    return canonical.dumps(sign(keys.signing, message.decode()).to_json())


def read_certificate(data: bytes, index: int | None = None) -> Certificate:
    """One certificate by itself, its own signature checked.

    Raises ``CeremonyRefused`` if it is not that of trustee ``index``, and subclasses of ``TrusteesRefused``.
    """
    certificate = parse_certificate(_loads(data, index or 0), index or 0)
    if index is not None and certificate.context.index != index:
        raise CeremonyRefused("the certificate is another trustee's", where=trustee_name(index))
    return certificate


def read_certificates(messages: Sequence[bytes]) -> tuple[Certificate, ...]:
    """Step 2: all certificates of a group, in order, checked against each other (see ``parse_certificates``)."""
    if not messages:
        raise CeremonyRefused("no certificates")
    return parse_certificates([_loads(message, index) for index, message in enumerate(messages, 1)])


def deal(seed: str, certificates: Sequence[Certificate]) -> bytes:
    """Step 3: deal a fresh random polynomial of degree threshold - 1 to all trustees, oneself included.

    Raises ``SeedRefused`` if the seed's certificate is not among them. A trustee deals once: a second dealing would
    not fit what others have accepted.
    """
    keys = derive_keys(seed)
    own = own_certificate(keys, certificates)
    coefficients = [SecretScalar.random() for _ in range(own.context.threshold)]
    return _dealing(keys, certificates, coefficients)


def _dealing(keys: TrusteeKeys, certificates: Sequence[Certificate], coefficients: Sequence[SecretScalar]) -> bytes:
    written: list[canonical.Json] = [encode_scalar(coefficient.reveal()) for coefficient in coefficients]
    polynomial = _to_text({"polynomial": written})
    coefexps = [coefficient.base() for coefficient in coefficients]
    listed: list[canonical.Json] = [encode_element(coefexp) for coefexp in coefexps]
    sealed: list[canonical.Json] = []
    for certificate in certificates:
        share = _evaluate_secretly(coefficients, certificate.context.index)
        text = _to_text({"secret": encode_scalar(share.reveal())})
        sealed.append(send(keys.signing, certificate.encryption, text))
    return canonical.dumps(
        {
            "polynomial": send(keys.signing, keys.encryption, polynomial),
            "secrets": sealed,
            "coefexps": sign(keys.signing, _to_text({"coefexps": listed})).to_json(),
            "signature": sign(keys.signing, dealing_text(certificates, coefexps)).signature.to_json(),
        }
    )


def read_dealing(certificates: Sequence[Certificate], dealer: int, data: bytes) -> Dealing:
    """The public side of what trustee ``dealer`` (from 1) dealt, checked; shares stay sealed.

    Raises ``CeremonyRefused`` for another form and subclasses of ``TrusteesRefused`` for coefficients and signatures.
    """
    certificate = certificates[dealer - 1]
    where = trustee_name(dealer)
    try:
        given = canonical.fields(_loads(data, dealer), _DEALING_FIELDS)
        listed = canonical.items(given["secrets"], low=len(certificates), high=len(certificates))
        secrets = tuple(map(canonical.text, listed))
        polynomial, signature = canonical.text(given["polynomial"]), parse_proof(given["signature"])
        signed = parse_signed(given["coefexps"])
    except (NotCanonical, MalformedScalar) as error:
        raise CeremonyRefused(error.what, where=where) from error
    coefexps = parse_coefexps(given["coefexps"], certificate)
    refuse_unsigned_dealing(signature, certificates, coefexps, dealer - 1)
    return Dealing(polynomial, secrets, signed, coefexps, signature)


def read_dealings(certificates: Sequence[Certificate], messages: Sequence[bytes]) -> tuple[Dealing, ...]:
    """All dealings, in order, checked; raise ``ThresholdRefused`` where the dealers' coefficients cancel."""
    if len(messages) != len(certificates):
        raise CeremonyRefused(f"{len(messages)} dealings from {len(certificates)} trustees")
    dealings = tuple(read_dealing(certificates, dealer, data) for dealer, data in enumerate(messages, 1))
    total_coefexps([dealing.coefexps for dealing in dealings])
    return dealings


def route(certificates: Sequence[Certificate], dealings: Sequence[Dealing]) -> tuple[bytes, ...]:
    """Step 4: for each recipient the letter ("vinput") with everyone's shares for it."""
    coefexps: list[canonical.Json] = [dealing.signed_coefexps.to_json() for dealing in dealings]
    signatures: list[canonical.Json] = [dealing.signature.to_json() for dealing in dealings]
    letters: list[bytes] = []
    for position, own in enumerate(dealings[: len(certificates)]):
        secrets: list[canonical.Json] = [dealing.secrets[position] for dealing in dealings]
        letters.append(
            canonical.dumps(
                {"polynomial": own.polynomial, "secrets": secrets, "coefexps": coefexps, "signatures": signatures}
            )
        )
    return tuple(letters)


def accept(seed: str, certificates: Sequence[Certificate], letter: bytes) -> bytes:
    """Step 5: check every share dealt to the owner of ``seed`` and write its public key ("voutput").

    Raises ``DealtShareRefused`` or ``SealedMessageRefused`` naming the dealer whose share is wrong or cannot be
    opened, ``CeremonyRefused`` for another form or if one's own dealing was replaced, subclasses of
    ``TrusteesRefused`` for coefficients and signatures, ``SeedRefused``.
    """
    keys = derive_keys(seed)
    own = own_certificate(keys, certificates)
    given = _read_letter(certificates, letter)
    coefexps: list[tuple[Element, ...]] = []
    for position, certificate in enumerate(certificates):
        coefexps.append(parse_coefexps(given.coefexps[position], certificate))
        refuse_unsigned_dealing(given.signatures[position], certificates, coefexps[-1], position)
    total_coefexps(coefexps)
    _refuse_replaced(keys, own, given.polynomial, coefexps[own.context.index - 1])
    secret = SecretScalar.of(0)
    for certificate, sealed, dealt in zip(certificates, given.secrets, coefexps, strict=True):
        secret = secret.plus(_open_share(keys, own, certificate, sealed, dealt))
    key_text = _to_text({"decryption_key": encode_scalar(secret.reveal())})
    signature = sign(keys.signing, encode_element(secret.base())).signature
    return canonical.dumps(
        {
            "private_key": send(keys.signing, keys.encryption, key_text),
            "public_key": make_public_share(secret, signature).to_json(),
        }
    )


def read_acceptance(
    certificates: Sequence[Certificate], dealings: Sequence[Dealing], index: int, data: bytes
) -> Acceptance:
    """A trustee's last message with its public key checked against all dealings; names trustee ``index``."""
    try:
        given = canonical.fields(_loads(data, index), _OUTPUT_FIELDS)
        private_key = canonical.text(given["private_key"])
    except NotCanonical as error:
        raise CeremonyRefused(error.what, where=trustee_name(index)) from error
    totals = total_coefexps([dealing.coefexps for dealing in dealings])
    return Acceptance(private_key, parse_group_share(given["public_key"], certificates[index - 1], totals))


def assemble(certificates: Sequence[Certificate], dealings: Sequence[Dealing], outputs: Sequence[bytes]) -> bytes:
    """Step 6: the threshold parameters that are published; ``trustees.serialise_trustees`` wraps them.

    Raises what ``read_acceptance`` and ``parse_trustees`` raise.
    """
    if len(outputs) != len(certificates):
        raise CeremonyRefused(f"{len(outputs)} acceptances from {len(certificates)} trustees")
    shares: list[canonical.Json] = [
        read_acceptance(certificates, dealings, index, data).share.to_json() for index, data in enumerate(outputs, 1)
    ]
    certs: list[canonical.Json] = [certificate.signed.to_json() for certificate in certificates]
    coefexps: list[canonical.Json] = [dealing.signed_coefexps.to_json() for dealing in dealings]
    signatures: list[canonical.Json] = [dealing.signature.to_json() for dealing in dealings]
    value: canonical.Json = {
        "threshold": certificates[0].context.threshold,
        "certs": certs,
        "coefexps": coefexps,
        "signatures": signatures,
        "verification_keys": shares,
    }
    parse_group(value)
    return canonical.dumps(value)


def sealed_secret(output: bytes) -> str:
    """The sealed secret in one's own step 5 ("dkey"), which is kept until the count."""
    return canonical.text(canonical.fields(_loads(output), _OUTPUT_FIELDS)["private_key"])


def published_key(output: bytes) -> Element:
    """The public key in one's own step 5."""
    value = canonical.fields(_loads(output), _OUTPUT_FIELDS)["public_key"]
    return parse_public_share(value, signed=True).public_key


def recover_secret(seed: str, sealed: str, public_key: Element) -> SecretScalar:
    """The decryption secret sealed in step 5.

    Raises ``SealedMessageRefused`` if it does not open with ``seed``, ``SeedRefused`` if it is not the secret of
    ``public_key``.
    """
    keys = derive_keys(seed)
    secret = _parse_scalar(receive(keys, keys.verification, sealed), "decryption_key")
    if secret.base() != public_key:
        raise SeedRefused("the sealed secret is not the one behind the published key")
    return secret


def own_certificate(keys: TrusteeKeys, certificates: Sequence[Certificate]) -> Certificate:
    """The one of ``certificates`` that these keys made; raise ``SeedRefused`` if there is none."""
    for certificate in certificates:
        if (certificate.verification, certificate.encryption) == (keys.verification, keys.encryption):
            return certificate
    raise SeedRefused("none of the certificates belongs to this seed")


@dataclass(frozen=True, slots=True)
class _Letter:
    polynomial: str
    secrets: tuple[str, ...]
    coefexps: tuple[canonical.Json, ...]
    signatures: tuple[Proof, ...]


def _read_letter(certificates: Sequence[Certificate], data: bytes) -> _Letter:
    size = len(certificates)
    try:
        given = canonical.fields(_loads(data), _LETTER_FIELDS)
        secrets, coefexps, signatures = (
            canonical.items(given[name], low=size, high=size) for name in _LETTER_FIELDS[1:]
        )
        proofs = tuple(map(parse_proof, signatures))
        polynomial = canonical.text(given["polynomial"])
        return _Letter(polynomial, tuple(map(canonical.text, secrets)), tuple(coefexps), proofs)
    except (NotCanonical, MalformedScalar) as error:
        raise CeremonyRefused(error.what, where="letter") from error


def _refuse_replaced(keys: TrusteeKeys, own: Certificate, sealed: str, coefexps: Sequence[Element]) -> None:
    """One's own polynomial must still be the one that was dealt."""
    where = trustee_name(own.context.index)
    try:
        value = canonical.loads(receive(keys, own.verification, sealed).encode(), limit=MAX_MESSAGE_BYTES)
        listed = canonical.items(canonical.fields(value, ("polynomial",))["polynomial"], high=MAX_TRUSTEES)
        coefficients = [SecretScalar.of(decode_scalar(text)) for text in listed]
    except (NotCanonical, MalformedScalar) as error:
        raise CeremonyRefused("one's own polynomial is unreadable", where=where) from error
    if tuple(coefficient.base() for coefficient in coefficients) != tuple(coefexps):
        raise CeremonyRefused("one's own dealing was replaced", where=where)


def _open_share(
    keys: TrusteeKeys, own: Certificate, dealer: Certificate, sealed: str, coefexps: Sequence[Element]
) -> SecretScalar:
    where = trustee_name(dealer.context.index)
    try:
        share = _parse_scalar(receive(keys, dealer.verification, sealed), "secret")
    except SealedMessageRefused as error:
        raise SealedMessageRefused(f"the share dealt by this trustee is {error.what}", where=where) from error
    if share.base() != evaluate(coefexps, own.context.index):
        raise DealtShareRefused("the share dealt by this trustee does not fit its own coefficients", where=where)
    return share


def _evaluate_secretly(coefficients: Sequence[SecretScalar], index: int) -> SecretScalar:
    """The polynomial's value at ``index``, by Horner's rule in libsodium's constant-time arithmetic."""
    point = SecretScalar.of(index)
    value = SecretScalar.of(0)
    for coefficient in reversed(coefficients):
        value = value.times(point).plus(coefficient)
    return value


def _parse_scalar(text: str, name: str) -> SecretScalar:
    try:
        value = canonical.loads(text.encode(), limit=1024)
        return SecretScalar.of(decode_scalar(canonical.fields(value, (name,))[name]))
    except (NotCanonical, MalformedScalar) as error:
        raise SealedMessageRefused("not of the expected content") from error


def _to_text(value: canonical.Json) -> str:
    return canonical.dumps(value).decode()


def _loads(data: bytes, maker: int = 0) -> canonical.Json:
    try:
        return canonical.loads(data, limit=MAX_MESSAGE_BYTES)
    except NotCanonical as error:
        raise CeremonyRefused(error.what, where=trustee_name(maker) if maker else "") from error
