"""Who said it: canonical JSON, certificates, signatures, sealed keys, hash chains, Merkle trees.

Pure: bytes in, bytes out; no files and no clock (moments are arguments). Randomness from ``secrets`` and from the
libraries' own generators alone.
"""
