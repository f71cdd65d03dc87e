"""The tally in one place: sum, partial decryption, combination, side file. Each part has its own module."""

from __future__ import annotations

from epilwu.protocol.combination import (
    combine,
    combine_shares,
    discrete_logarithms,
    parse_result,
    serialise_result,
)
from epilwu.protocol.decryption import (
    PartialDecryption,
    Share,
    parse_share,
    partial_decrypt,
    serialise_share,
    verify_bound,
    verify_decryption,
    verify_share,
)
from epilwu.protocol.encrypted_tally import EncryptedTally, sum_ballots
from epilwu.protocol.side_file import SideEntry, decryption_side_file, parse_side_file, verify_side_file

__all__ = [
    "EncryptedTally",
    "PartialDecryption",
    "Share",
    "SideEntry",
    "combine",
    "combine_shares",
    "decryption_side_file",
    "discrete_logarithms",
    "parse_result",
    "parse_share",
    "parse_side_file",
    "partial_decrypt",
    "serialise_result",
    "serialise_share",
    "sum_ballots",
    "verify_bound",
    "verify_decryption",
    "verify_share",
    "verify_side_file",
]
