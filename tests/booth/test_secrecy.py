"""The insider: with both media's raw bytes, every deleted page and every order of events, but no opening code."""

from __future__ import annotations

import random
import shutil
from itertools import pairwise
from pathlib import Path

from booth_samples import Polling, stop, temporary, village, vote

from epilwu.booth.booth import Booth
from epilwu.booth.rows import SlipState
from epilwu.receipt.slip import slip_id


def _raw(base: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(base.rglob("*")) if path.is_file())


class _Diary:
    """Copies the media's raw bytes at every step, as an image of the disk's deleted pages would show them."""

    def __init__(self, polling: Polling) -> None:
        self.polling = polling
        self.pages: list[bytes] = []

    def __call__(self, _name: str) -> None:
        self.pages.append(_raw(self.polling.base))


def test_no_page_ever_holds_a_vote_a_token_a_nonce_or_a_slips_id() -> None:
    with temporary() as name:
        polling = Polling(Path(name), village())
        diary = _Diary(polling)
        polling.hook = diary
        booth = polling.start()
        secrets: list[bytes] = []
        choices = [1, 2, 3, 4, 5, 0]
        for token, choice in zip(village().tokens, choices, strict=False):
            booth.scan(token.text)
            booth.choose(choice)
            booth.confirm()
            nonce = booth.state.nonce  # type: ignore[union-attr]
            booth.print_slip()
            booth.slip_right()
            booth.finish()
            identity = slip_id(nonce)
            secrets += [token.text.encode(), token.text.replace("-", "").encode(), nonce, identity,
                        nonce.hex().encode(), identity.hex().encode()]  # fmt: skip
        secrets += [candidate.name.encode() for candidate in village().setup.definition.candidates]
        secrets += [b"r" * 32, village().setup.device_key.private_bytes_raw()]
        pages = b"".join(diary.pages) + _raw(polling.base)
        assert len(diary.pages) > 100
        for secret in secrets:
            assert secret not in pages
        stop(booth)


def test_every_vote_leaves_the_same_marks() -> None:
    """Sizes of all files after each step depend on how many voted, never on what."""

    def sizes(choices: list[int]) -> list[list[int]]:
        with temporary() as name:
            polling = Polling(Path(name), village())
            booth = polling.start()
            seen = []
            for token, choice in zip(village().tokens, choices, strict=False):
                vote(booth, token, choice)
                seen.append([entry.event.kind for entry in booth.ledger.entries()])
                register = len((polling.second / "register.bin").read_bytes())
                seen.append([register, booth.ledger.store.path.stat().st_size])  # type: ignore[list-item]
            stop(booth)
            return seen  # type: ignore[return-value]

    assert sizes([1, 1, 1, 1, 1, 1]) == sizes([0, 2, 3, 4, 5, 1])


def _order_in_table(polling: Polling, count: int) -> list[int]:
    """The positions at which an insider who compares pages sees the rows of slips 0, 1, 2 … stand at the end."""
    booth: Booth = polling.start()
    order: list[bytes] = []
    for token in village().tokens[:count]:
        vote(booth, token, 1)
        (fresh,) = [sealed for sealed in booth.ledger.store.register() if sealed not in order]
        order.append(fresh)
    rows = list(booth.ledger.store.register())
    assert rows == sorted(rows)  # the table itself stands in the order of the sealed ids
    ids = booth.ledger.slip_ids(SlipState.CAST)
    assert ids == sorted(ids)
    # What auditors get (ids, sorted) against what pages show (sealed ids, in time): no order goes over.
    seal = village().setup.seal
    positions = [ids.index(seal.open_id(sealed)) for sealed in order]
    stop(booth)
    return positions


def test_neither_table_nor_report_keeps_the_order_of_slips() -> None:
    with temporary() as name:
        positions = _order_in_table(Polling(Path(name), village()), 30)
    assert positions != sorted(positions)
    rising = sum(a < b for a, b in pairwise(positions))
    assert 5 <= rising <= 25  # about half, as for any shuffled order


def test_slips_and_ballots_share_no_bytes() -> None:
    with temporary() as name:
        polling = Polling(Path(name), village())
        booth = polling.start()
        for token in village().tokens[:5]:
            vote(booth, token, random.randint(0, 5))
        ballots = b"".join(row.data + row.tracker.encode() for row in booth.ledger.store.ballots())
        lines = b"".join(booth.ledger.lines())
        for sealed in booth.ledger.store.register():
            opened = village().setup.seal.open_id(sealed)
            for one in (sealed, opened, sealed.hex().encode(), opened.hex().encode()):
                assert one not in ballots and one not in lines
        stop(booth)
        shutil.rmtree(polling.second)
