"""Item 4: points outside the prime-order subgroup, the identity, second names for one thing, and JSON that only looks
like the published one. Bytes are changed at every kind of member; hashes are always put right again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from boards import (
    FIRST_DECRYPTION,
    RESULT,
    SETUP,
    TALLY,
    Parts,
    RawEvent,
    chained,
    compact,
    honest,
    honest_village,
    members_of,
    sha256,
    tar,
)
from corpus import VICTIM, VICTIM_HEIGHT, Submission, attack, edited, raw, with_ballot

from epilwu.protocol.group import IDENTITY, Element, Q, add, decode_element, encode_element
from epilwu.protocol.verify_report import Name

P = 2**255 - 19
ORDER_8 = Element(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))
ORDER_2 = Element((P - 1).to_bytes(32, "little"))

IDENTITY_TEXT = encode_element(IDENTITY)


def mixed(text: str) -> str:
    """The same point with a part of order 8."""
    return encode_element(add(decode_element(text), ORDER_8))


def mixed_2(text: str) -> str:
    """The same point with a part of order 2, which every even exponent hides."""
    return encode_element(add(decode_element(text), ORDER_2))


WRONG_POINTS: dict[str, tuple[Callable[[str], str], str]] = {
    "a point with a part of order 8": (mixed, "ballot-element"),
    "a point with a part of order 2": (mixed_2, "ballot-element"),
    "a point of order 8": (lambda _: encode_element(ORDER_8), "ballot-element"),
    "a second encoding (y >= p)": (lambda _: encode_element(Element(P.to_bytes(32, "little"))), "ballot-element"),
    "a second encoding of the identity": (
        lambda _: encode_element(Element((P + 1).to_bytes(32, "little"))),
        "ballot-element",
    ),
    "no point at all": (lambda _: encode_element(Element((2).to_bytes(32, "little"))), "ballot-element"),
    "the identity": (lambda _: IDENTITY_TEXT, "ballot-identity"),
    "upper-case digits": (str.upper, "ballot-element"),
    "a digit too few": (lambda text: text[1:], "ballot-element"),
}


def point_in_ballot(field: str, change: Callable[[str], str]) -> Parts:
    def edit(ballot: dict[str, Any]) -> None:
        holder = ballot if field == "credential" else ballot["answers"][0]["choices"][1]
        holder[field] = change(holder[field])

    return with_ballot(edited(edit))


for _field in ("credential", "alpha", "beta"):
    for _what, (_change, _code) in WRONG_POINTS.items():
        attack(4, f"{_what} as a ballot's {_field}", Name.BALLOTS, _code, VICTIM_HEIGHT, slow=_field == "beta")(
            lambda field=_field, change=_change: point_in_ballot(field, change)
        )


@attack(4, "a mixed point as alpha under the challenge 0", Name.BALLOTS, "ballot-element", VICTIM_HEIGHT)
def _() -> Parts:
    def edit(ballot: dict[str, Any]) -> None:
        answer = ballot["answers"][0]
        answer["choices"][1]["alpha"] = mixed(answer["choices"][1]["alpha"])
        answer["individual_proofs"][1][0]["challenge"] = "0"

    return with_ballot(edited(edit))


WRONG_SCALARS: dict[str, Callable[[str], str]] = {
    "a scalar above the order": lambda text: str(int(text) + Q),
    "a leading zero": lambda text: "0" + text,
    "a sign": lambda text: "+" + text,
    "a minus": lambda text: str(int(text) - Q),
    "other digits": lambda text: text.translate({ord("1"): "١"}) + "١",
    "an underscore": lambda text: text[:2] + "_" + text[2:],
    "a space": lambda text: text + " ",
}


def scalar_in_ballot(change: Callable[[str], str]) -> Parts:
    def edit(ballot: dict[str, Any]) -> None:
        proof = ballot["answers"][0]["overall_proof"][0]
        proof["response"] = change(proof["response"])

    return with_ballot(edited(edit))


for _what, _change in WRONG_SCALARS.items():
    attack(4, f"{_what} as a ballot's response", Name.BALLOTS, "ballot-scalar", VICTIM_HEIGHT)(
        lambda change=_change: scalar_in_ballot(change)
    )


@attack(4, "one choice too few", Name.BALLOTS, "ballot-shape", VICTIM_HEIGHT)
def _() -> Parts:
    return with_ballot(edited(lambda ballot: ballot["answers"][0]["choices"].pop()))


@attack(4, "one proof too many", Name.BALLOTS, "ballot-shape", VICTIM_HEIGHT)
def _() -> Parts:
    def edit(ballot: dict[str, Any]) -> None:
        proofs = ballot["answers"][0]["overall_proof"]
        proofs.append(proofs[0])

    return with_ballot(edited(edit))


# JSON that is not the one serialisation.


def first_field_twice(data: bytes) -> bytes:
    """A parser that keeps the last of two equal keys would not notice."""
    start = data.index(b'{"')
    end = data.index(b":", start) + 1
    return data[:end] + b'"x",' + data[start + 1 :]


def extra_field(data: bytes) -> bytes:
    end = data.rindex(b"}")
    return data[:end] + b',"extra":1' + data[end:]


def escaped(data: bytes) -> bytes:
    """The first letter of the first key, escaped."""
    start = data.index(b'"') + 1
    return data[:start] + b"\\u%04x" % data[start] + data[start + 1 :]


OTHER_WRITINGS: dict[str, Callable[[bytes], bytes]] = {
    "a key twice": first_field_twice,
    "an extra field": extra_field,
    "a space": lambda data: data.replace(b":", b": ", 1),
    "a trailing line feed": lambda data: data + b"\n",
    "a trailing NUL": lambda data: data + b"\0",
    "an escape": escaped,
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "another encoding": lambda data: data.decode().encode("utf-16-le"),
}
NO_OBJECT = ("a key twice", "an extra field")
QUICK = (*NO_OBJECT, "a trailing line feed")


def rewritten(kind: str, change: Callable[[bytes], bytes]) -> Parts | Submission:
    """The honest board with one member of that kind written differently."""
    board = honest()
    match kind:
        case "ballot":
            return with_ballot(change(board.ballots[VICTIM]))
        case "partial decryption":
            owner, data = board.decryptions[0]
            return replace(board, decryptions=((owner, change(data)), *board.decryptions[1:]))
        case "wrapper":
            events = board.events()
            tally = events[TALLY]
            events[TALLY] = RawEvent(tally.type, (tally.data[0], change(tally.data[1])))
            return raw(chained(events))
        case "event":
            return raw(rewritten_event(board, change))
        case _:
            field = {"encrypted tally": "tally", "side file": "side_file"}.get(kind, kind)
            changes: dict[str, Any] = {field: change(getattr(board, field))}
            return replace(board, **changes)


def rewritten_event(board: Parts, change: Callable[[bytes], bytes]) -> bytes:
    """The victim's event written differently under its right name, the next one's parent put right."""
    members = members_of(board.events())
    name = [name for name, _ in members if name.endswith(".event.json")][VICTIM_HEIGHT]
    at = [name for name, _ in members].index(name)
    data = change(members[at][1])
    members[at] = (f"{sha256(data)}.event.json", data)
    return tar(members)


KINDS: dict[str, tuple[Name, str, int]] = {
    "election": (Name.ELECTION, "not-canonical", SETUP),
    "trustees": (Name.TRUSTEES, "not-canonical", SETUP),
    "credentials": (Name.CREDENTIALS, "not-canonical", SETUP),
    "ballot": (Name.BALLOTS, "ballot-not-canonical", VICTIM_HEIGHT),
    "encrypted tally": (Name.ENCRYPTED_TALLY, "tally-refused", TALLY),
    "partial decryption": (Name.DECRYPTIONS, "decryption-refused", FIRST_DECRYPTION),
    "result": (Name.RESULT, "not-canonical", RESULT),
    "side file": (Name.BOUND, "decryption-refused", TALLY),
    "definition": (Name.DEFINITION, "definition-hash", SETUP),
    "wrapper": (Name.ARCHIVE, "not-canonical", TALLY),
    "event": (Name.ARCHIVE, "not-canonical", VICTIM_HEIGHT),
}

for _kind, (_check, _code, _position) in KINDS.items():
    for _what, _change in OTHER_WRITINGS.items():
        if _kind == "credentials" and _what in (*NO_OBJECT, "a space"):
            continue  # a list of texts has none
        attack(4, f"{_what} in the {_kind}", _check, _code, _position, slow=_what not in QUICK)(
            lambda kind=_kind, change=_change: rewritten(kind, change)
        )


RESULTS = {
    "a fraction": b'{"result":[[1.0,2,2]]}',
    "an exponent": b'{"result":[[1e0,2,2]]}',
    "a minus": b'{"result":[[-1,2,2]]}',
    "a truth value": b'{"result":[[true,2,2]]}',
    "a text": b'{"result":[["1",2,2]]}',
    "a count too few": b'{"result":[[1,2]]}',
    "two questions": b'{"result":[[1,2,2],[1,2,2]]}',
    "NaN": b'{"result":[[NaN,2,2]]}',
    "a number of 5,000 digits": b'{"result":[[' + b"1" * 3000 + b",2,2]]}",
}
for _what, _data in RESULTS.items():
    attack(4, f"{_what} in the result", Name.RESULT, "not-canonical", RESULT)(
        lambda data=_data: replace(honest(), result=data)
    )


# Wrong points elsewhere.


def election_with_key(key: str) -> Parts:
    return replace(honest(), election=compact(json.loads(honest().election) | {"public_key": key}))


def own_key() -> str:
    return encode_element(honest_village().election.public_key)


@attack(4, "the identity as the election's key", Name.ELECTION, "element-malformed", SETUP)
def _() -> Parts:
    return election_with_key(IDENTITY_TEXT)


@attack(4, "a mixed point as the election's key", Name.ELECTION, "element-malformed", SETUP)
def _() -> Parts:
    return election_with_key(mixed(own_key()))


@attack(4, "the identity as a trustee's key", Name.TRUSTEES, "trustee-key", SETUP)
def _() -> Parts:
    return with_trustee_key(lambda _: IDENTITY_TEXT)


@attack(4, "a mixed point as a trustee's key", Name.TRUSTEES, "trustee-key", SETUP)
def _() -> Parts:
    return with_trustee_key(mixed)


def with_trustee_key(change: Callable[[str], str]) -> Parts:
    trustees = json.loads(honest().trustees)
    share = trustees[0][1]["verification_keys"][1]
    share["public_key"] = change(share["public_key"])
    return replace(honest(), trustees=compact(trustees))


@attack(4, "a mixed point in the encrypted tally", Name.ENCRYPTED_TALLY, "tally-refused", TALLY)
def _() -> Parts:
    tally = json.loads(honest().tally)
    tally[0][0]["alpha"] = mixed(tally[0][0]["alpha"])
    return replace(honest(), tally=compact(tally))


@attack(4, "the identity in the encrypted tally", Name.ENCRYPTED_TALLY, "tally-sum", TALLY)
def _() -> Parts:
    tally = json.loads(honest().tally)
    tally[0][0] = {"alpha": IDENTITY_TEXT, "beta": IDENTITY_TEXT}
    return replace(honest(), tally=compact(tally))


def with_factor(change: Callable[[str], str]) -> Parts:
    (owner, data), *others = honest().decryptions
    given = json.loads(data)
    given["decryption_factors"][0][1] = change(given["decryption_factors"][0][1])
    return replace(honest(), decryptions=((owner, compact(given)), *others))


@attack(4, "a mixed point as a factor", Name.DECRYPTIONS, "decryption-refused", FIRST_DECRYPTION)
def _() -> Parts:
    return with_factor(mixed)


@attack(4, "the identity as a factor", Name.DECRYPTIONS, "decryption-refused", FIRST_DECRYPTION)
def _() -> Parts:
    return with_factor(lambda _: IDENTITY_TEXT)


@attack(4, "a scalar above the order in a decryption", Name.DECRYPTIONS, "decryption-refused", FIRST_DECRYPTION)
def _() -> Parts:
    (owner, data), *others = honest().decryptions
    given = json.loads(data)
    proof = given["decryption_proofs"][0][0]
    proof["response"] = str(int(proof["response"]) + Q)
    return replace(honest(), decryptions=((owner, compact(given)), *others))
