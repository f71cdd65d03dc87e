"""What a short recording says of itself: whether it is whole, of a kind that a booth plays, and how long it lasts.

Two kinds: Ogg Opus (RFC 7845, in pages of RFC 3533) and WAV with linear 16-bit samples. The structure is checked to the
last byte, checksums of pages too; samples are not decoded here.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from itertools import pairwise

from epilwu.media.errors import SoundRefused

MAX_BYTES = 4 << 20
LONGEST = 60.0
"""Seconds; no sentence of the guide takes half of it, and a voter waits for its end."""
SHORTEST = 0.2
OPUS = "opus"
WAV = "wav"
MEDIA_TYPES = {OPUS: "audio/ogg; codecs=opus", WAV: "audio/wav"}
_TODO = "Rekam ulang atau ubah menjadi Ogg Opus atau WAV 16 bit (mono, paling lama satu menit)."
_OPUS_RATE = 48_000
_PAGE = struct.Struct("<4sBBqIIIB")
_FIRST, _LAST = 0x02, 0x04
_NO_GRANULE = -1
_HEAD = struct.Struct("<8sBBHIhB")
_WAV_FORMAT = struct.Struct("<HHIIHH")
_PCM = 1
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Sound:
    """``kind`` is ``opus`` or ``wav``; ``seconds`` how long it lasts."""

    kind: str
    seconds: float


@dataclass(frozen=True, slots=True)
class _Page:
    flags: int
    granule: int
    serial: int
    number: int
    body: bytes


def inspect(data: bytes, *, where: str = "") -> Sound:
    """Raise ``SoundRefused`` for whatever is no whole recording of 0.2 to 60 seconds, one or two channels."""
    if len(data) > MAX_BYTES:
        raise _refuse("Rekaman terlalu besar.", where)
    try:
        sound = Sound(OPUS, _opus_seconds(data)) if data.startswith(b"OggS") else Sound(WAV, _wav_seconds(data))
    except (ValueError, struct.error) as error:
        raise _refuse("Berkas ini bukan rekaman Opus atau WAV yang utuh.", where) from error
    if not SHORTEST <= sound.seconds <= LONGEST:
        raise _refuse(f"Rekaman {sound.seconds:.1f} detik; yang boleh {SHORTEST} sampai {LONGEST:.0f} detik.", where)
    return sound


def _opus_seconds(data: bytes) -> float:
    pages = _pages(data)
    if len(pages) < 3 or {page.serial for page in pages} != {pages[0].serial}:
        raise ValueError("not one stream")
    if [page.number for page in pages] != list(range(len(pages))):
        raise ValueError("pages missing")
    if [page.flags & _FIRST for page in pages] != [_FIRST] + [0] * (len(pages) - 1) or not pages[-1].flags & _LAST:
        raise ValueError("begins or ends elsewhere")
    magic, version, channels, skipped, _, _, mapping = _HEAD.unpack(pages[0].body)
    if magic != b"OpusHead" or version != 1 or channels not in (1, 2) or mapping != 0:
        raise ValueError("not Opus of one or two channels")
    if not pages[1].body.startswith(b"OpusTags"):
        raise ValueError("no tags")
    granules = [page.granule for page in pages[2:] if page.granule != _NO_GRANULE]
    if not granules or any(later < earlier for earlier, later in pairwise(granules)):
        raise ValueError("time runs backwards")
    return float(granules[-1] - skipped) / _OPUS_RATE


def _pages(data: bytes) -> list[_Page]:
    pages = []
    at = 0
    while at < len(data):
        magic, version, flags, granule, serial, number, checksum, segments = _PAGE.unpack_from(data, at)
        start = at + _PAGE.size + segments
        end = start + sum(data[at + _PAGE.size : start])
        if magic != b"OggS" or version != 0 or end > len(data):
            raise ValueError("no page")
        if _checksum(data[at : at + 22] + bytes(4) + data[at + 26 : end]) != checksum:
            raise ValueError("damaged page")
        pages.append(_Page(flags, granule, serial, number, data[start:end]))
        at = end
    return pages


def _checksum(page: bytes) -> int:
    """Ogg's CRC-32 (polynomial 0x04c11db7, from 0, not mirrored, RFC 3533 section 6) by zlib's mirrored one."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)


def _wav_seconds(data: bytes) -> float:
    magic, size, kind = struct.unpack_from("<4sI4s", data)
    if magic != b"RIFF" or kind != b"WAVE" or size != len(data) - 8:
        raise ValueError("no WAV")
    chunks: dict[bytes, bytes] = {}
    at = 12
    while at < len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        if name in chunks or at + 8 + length > len(data):
            raise ValueError("damaged chunk")
        chunks[name] = data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    samples = chunks.get(b"data", b"")
    coding, channels, rate, _, frame, bits = _WAV_FORMAT.unpack_from(chunks.get(b"fmt ", b""))
    if coding != _PCM or channels not in (1, 2) or bits != 16 or frame != 2 * channels or not 8_000 <= rate <= 48_000:
        raise ValueError("not 16-bit samples")
    if len(samples) % frame:
        raise ValueError("half a sample")
    return len(samples) / int(frame) / int(rate)


def _refuse(what: str, where: str) -> SoundRefused:
    return SoundRefused(what, where=where, todo=_TODO)
