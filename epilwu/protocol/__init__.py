"""Belenios on Ed25519: bytes in, bytes out. No I/O, no clock; randomness from ``secrets`` alone."""
