"""Text from files that nobody vouches for, made fit for a terminal and for reading aloud."""

from __future__ import annotations


def grouped(digits: str, size: int = 8) -> str:
    """A hash in groups, fit for reading aloud."""
    return " ".join(digits[start : start + size] for start in range(0, len(digits), size))


def plain(text: str) -> str:
    """Text from a file that nobody vouches for, without what would steer a terminal or break an encoding."""
    return "".join(character if character.isprintable() else "�" for character in text)
