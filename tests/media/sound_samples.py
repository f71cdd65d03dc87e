"""Recordings made here: silence, as WAV."""

from __future__ import annotations

import io
import wave


def silence(seconds: float, *, rate: int = 16_000, channels: int = 1) -> bytes:
    """So many seconds of 16-bit silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(2 * channels * int(seconds * rate)))
    return out.getvalue()
