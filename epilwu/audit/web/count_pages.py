"""The full count by eye: piles of at most fifty, two counters apart, figures said back in words before they stand."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, abort, redirect, request
from werkzeug.wrappers import Response

from epilwu.audit.case.events import PILE, PileCounted
from epilwu.audit.case.words import outcome
from epilwu.audit.web import forms
from epilwu.audit.web.desk import Desk
from epilwu.audit.words import choice_name
from epilwu.election.outcome import Counts
from epilwu.errors import EpilwuError
from epilwu.indonesian import signed_figure
from epilwu.web.worker import Notice

_HERE = "/hitung"


@dataclass(frozen=True, slots=True)
class PileRow:
    """A pile: its turn, both counters' entries of it, the entries that differed before, and what is settled."""

    station: int
    pile: int
    turn: int
    entries: tuple[PileCounted | None, PileCounted | None]
    differing: tuple[tuple[PileCounted, PileCounted, str], ...]
    settled: PileCounted | None

    @property
    def waits_for(self) -> int | None:
        """The seat that has not counted in this turn; None where both have."""
        return next((seat for seat, entry in zip((1, 2), self.entries, strict=True) if entry is None), None)


class CountPages:
    """The routes under /hitung."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, app: Flask) -> None:
        """Add the routes."""
        app.add_url_rule(_HERE, "count", self._show, methods=["GET"])
        app.add_url_rule(f"{_HERE}/putuskan", "count-choose", self._choose, methods=["POST"])
        app.add_url_rule(f"{_HERE}/<int:station>/<int:pile>/<int:seat>", "count-pile", self._pile, methods=["GET"])
        app.add_url_rule(f"{_HERE}/<int:station>/<int:pile>/<int:seat>", "count-said", self._said, methods=["POST"])
        app.add_url_rule(f"{_HERE}/tutup", "count-close", self._close, methods=["POST"])

    def _show(self) -> str | Response:
        case = self._desk.case
        if case.opened is None:
            return redirect("/kasus", code=303)
        if case.full_count is None:
            return self._desk.page("count_choose", _HERE, proposed=_proposed(case.committed))
        counts, unclear = case.piles.totals(case.case.candidates)
        definition = self._desk.acts.material.definition
        names = [choice_name(definition, number) for number in range(1, case.case.candidates + 1)]
        votes = list(zip(names, counts.candidates, strict=True))
        rows = [self._row(key) for key in case.piles.keys]
        following = {n: max((k[1] for k in case.piles.keys if k[0] == n), default=0) + 1 for n in case.case.stations}
        return self._desk.page(
            "count", _HERE, rows=rows, votes=votes, counts=counts, unclear=unclear, following=following,
            scanned={n: case.scanned[n].counted for n in case.case.stations},
            counted={n: _papers(*case.piles.totals(case.case.candidates, n)) for n in case.case.stations},
            outcome=outcome(Counts(counts.candidates, counts.blank)) if counts.valid else "",
            miscounted=case.miscounted,
        )  # fmt: skip

    def _row(self, key: tuple[int, int]) -> PileRow:
        piles = self._desk.case.piles
        turn = piles.turn(key)
        pairs = (piles.pair(key, number) for number in range(1, turn))
        differing = tuple((*pair, _difference(*pair)) for pair in pairs if pair is not None)
        entries = (piles.entry(key, turn, 1), piles.entry(key, turn, 2))
        return PileRow(*key, turn, entries, differing, piles.settled(key))

    def _choose(self) -> Response:
        def act() -> None:
            reason = forms.note(request.form, "sebab", "Sebab")
            self._desk.acts.choose_full_count(reason, forms.people(request.form, "oleh", "Yang memutuskan"))

        return self._desk.act(act, "Hitung penuh dicatat. Hasilnya menggantikan hasil yang diumumkan.", _HERE, _HERE)

    def _pile(self, station: int, pile: int, seat: int) -> str | Response:
        case = self._desk.case
        if case.full_count is None or station not in case.case.stations or seat not in {1, 2} or not 1 <= pile <= 9_999:
            abort(404)
        definition = self._desk.acts.material.definition
        return self._desk.page(
            "count_pile", _HERE, station=station, pile=pile, seat=seat, turn=case.piles.turn((station, pile)),
            counter=" ".join(request.args.get("nama", "").split()), definition=definition, most=PILE, said=None,
        )  # fmt: skip

    def _said(self, station: int, pile: int, seat: int) -> str | Response:
        """First the figures are said back in words; only then, confirmed, do they stand."""
        desk, form = self._desk, request.form
        back = f"{_HERE}/{station}/{pile}/{seat}?{urlencode({'nama': form.get('nama', '')})}"
        try:
            said = self._read(station, pile, seat)
            desk.case.check(said)
            if form.get("benar") == "ya":
                desk.acts.count_pile(said)
        except EpilwuError as error:
            desk.worker.tell(Notice.of(error))
            return redirect(back, code=303)
        if form.get("benar") != "ya":
            definition = desk.acts.material.definition
            return desk.page(
                "count_pile", _HERE, station=station, pile=pile, seat=seat, turn=said.turn, counter=said.counter,
                definition=definition, most=PILE, said=said,
            )  # fmt: skip
        desk.worker.tell(Notice(True, f"TPS {station:02d} tumpukan {pile} dicatat dari penghitung {seat}."))
        return redirect(_HERE, code=303)

    def _read(self, station: int, pile: int, seat: int) -> PileCounted:
        form, case = request.form, self._desk.case
        return PileCounted(
            station=station,
            pile=pile,
            turn=case.piles.turn((station, pile)),
            seat=seat,
            counter=forms.text(form, "nama", "Nama penghitung"),
            votes=tuple(
                forms.whole(form, f"nomor{number}", f"Nomor {number}", most=PILE)
                for number in range(1, case.case.candidates + 1)
            ),
            blank=forms.whole(form, "kosong", "Kosong", most=PILE) if case.case.blank else 0,
            unclear=forms.whole(form, "tidak_jelas", "Tidak jelas", most=PILE),
        )

    def _close(self) -> Response:
        def act() -> None:
            note = forms.note(request.form, "sebab", "Sebab selisihnya", empty=True)
            self._desk.acts.close_full_count(note)

        return self._desk.act(act, "Hitung penuh ditutup.", "/putusan", _HERE)


def _difference(first: PileCounted, second: PileCounted) -> str:
    """Where two counters differ: ``nomor 2 +1, kosong −1``."""
    names = [*(f"nomor {number}" for number in range(1, len(first.votes) + 1)), "kosong", "tidak jelas"]
    pairs = zip(names, first.figures, second.figures, strict=True)
    return ", ".join(f"{name} {signed_figure(one - other)}" for name, one, other in pairs if one != other)


def _papers(counts: Counts, unclear: int) -> int:
    return counts.ballots + unclear


def _proposed(committed: object) -> bool:
    return getattr(committed, "proposal", "") == "full_count"
