"""The one JSON that belenios-tool writes: compact, UTF-8, fields in the specified order, minimal escapes.

Nothing here re-encodes what is hashed: ``expect`` only *compares* the published bytes with what the writer would
have produced, and every hash elsewhere is of the published bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence

from epilwu.protocol.errors import NotCanonical

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]

_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
    "\x7f": "\\u007f",
}
_TABLE = str.maketrans({**{chr(c): f"\\u{c:04x}" for c in range(32)}, **_ESCAPES})


def dumps(value: Json) -> bytes:
    """``value`` as belenios-tool writes it. Numbers are integers; dictionaries keep their order."""
    return _write(value).encode()


def _write(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return f'"{value.translate(_TABLE)}"'
        case list():
            return f"[{','.join(map(_write, value))}]"
        case dict():
            return f"{{{','.join(f'{_write(k)}:{_write(v)}' for k, v in value.items())}}}"


def loads(data: bytes, *, limit: int) -> Json:
    """Parse at most ``limit`` bytes of JSON that ``dumps`` would have written; raise ``NotCanonical`` otherwise."""
    if len(data) > limit:
        raise NotCanonical(f"{len(data)} bytes, more than the {limit} allowed")
    try:
        value: Json = json.loads(data, parse_float=_no_floats, parse_constant=_no_floats)
        canonical = dumps(value) == data
    except (ValueError, RecursionError) as error:
        raise NotCanonical("not JSON of the allowed form") from error
    if not canonical:
        raise NotCanonical(
            "bytes differ from the canonical serialisation (duplicate keys, white space, escapes, number form)"
        )
    return value


def _no_floats(text: str) -> Json:
    raise ValueError(f"number {text!r} is not an integer")


def fields(value: Json, names: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Json]:
    """``value`` as an object with exactly the fields ``names`` in that order (``optional`` ones may be absent)."""
    if not isinstance(value, dict):
        raise NotCanonical("not an object")
    expected = [name for name in names if name not in optional or name in value]
    if list(value) != expected:
        raise NotCanonical(f"fields {list(value)} instead of {list(names)}")
    return value


def items(value: Json, *, low: int = 0, high: int) -> list[Json]:
    """``value`` as a list of ``low`` to ``high`` items."""
    if not isinstance(value, list) or not low <= len(value) <= high:
        raise NotCanonical(f"not a list of {low} to {high} items")
    return value


def text(value: Json) -> str:
    """``value`` as a string."""
    if not isinstance(value, str):
        raise NotCanonical("not a string")
    return value


def integer(value: Json, *, low: int, high: int) -> int:
    """``value`` as an integer from ``low`` to ``high`` (``true`` is no integer)."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise NotCanonical(f"not an integer from {low} to {high}")
    return value


def sha256_hex(data: bytes) -> str:
    """SHA-256 in lower-case hex: the name of a member of an archive."""
    return hashlib.sha256(data).hexdigest()


def b64_hash(data: bytes) -> str:
    """SHA-256 in base64 without padding (43 characters): a tracker, or an election's fingerprint."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
