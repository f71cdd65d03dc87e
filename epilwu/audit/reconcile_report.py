"""The reconciliation by booth, station and village: its JSON, its lines for people, and the list behind every number.

Added to ``audit.json`` (``epilwu.audit.report``): counts only, no slip's identity. In each station's ``paper``::

    "choices": […, each with "typed": papers read by two people alike, "difference_with_typed"],
    "typed": how many unreadable papers two people read, with a code that is in a cast set and on no other paper,
    "booths": [{"booth", "classes": {…}, "typed", "missing", "books": {slips_cast, slips_void, …},
                "differences": [{"name", "left", "right", "difference", "status"}]}],
    "open": what leaves this box's scanning unfinished, in Indonesian

and ``"together": {"classes": {…} or null, "choices": […] or null, "missing": n or null, "unopened": [stations],
"books": {…}, "differences": […]}``, null where a box was not opened.

``daftar-cocokkan.json`` is the list behind every number, for auditors alone: with it, a photographed slip could be
shown to have been cast. Every list holds {"code": short code, "id": slip id (hex), "where": picture or place}::

    {"version": 1, "definition_hash", "stations": [{"number",
      "choices": [{"choice", "slips": [...], "typed": [...]}],
      "classes": {counted, duplicate, void, foreign, unreadable: [... with "reason"]},
      "missing": [{"booth", "slips": [{"code", "id"}]}]}]}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict

from epilwu.audit.reconcile import BoothRow, ChoiceRow, StationReconciliation, VillageReconciliation
from epilwu.audit.scan.typed import code_of
from epilwu.audit.slips import SlipClass, SortedSlip, TypedFate
from epilwu.audit.words import BOOKS_STATUS, PAPERS, choice_name, plain
from epilwu.election.balance import Difference
from epilwu.election.definition import Definition
from epilwu.indonesian import figure, signed_figure
from epilwu.trust.canonical import Json, dumps

LIST = "daftar-cocokkan.json"


def choices_json(rows: Iterable[ChoiceRow]) -> list[Json]:
    """``choices`` of a station or the village."""
    return [
        {
            "choice": row.choice,
            "slips": row.slips,
            "votes": row.votes,
            "difference": row.difference,
            "typed": row.typed,
            "difference_with_typed": row.difference_with_typed,
        }
        for row in rows
    ]


def differences_json(differences: Iterable[Difference]) -> list[Json]:
    """The books' comparisons."""
    return [
        {"name": d.name, "left": d.left, "right": d.right, "difference": d.value, "status": str(d.status)}
        for d in differences
    ]


def paper_json(paper: StationReconciliation) -> dict[str, Json]:
    """What is added to a station's ``paper``."""
    booths: list[Json] = [
        {
            "booth": row.booth,
            "classes": _classes(row.classes),
            "typed": row.typed,
            "missing": row.missing,
            "books": dict(asdict(row.books)),
            "differences": differences_json(row.differences),
        }
        for row in paper.booths
    ]
    return {
        "choices": choices_json(paper.choices),
        "typed": paper.typed_total,
        "booths": booths,
        "open": list(paper.notes),
    }


def village_json(village: VillageReconciliation) -> Json:
    """``together``."""
    return {
        "classes": None if village.classes is None else _classes(village.classes),
        "choices": None if village.choices is None else choices_json(village.choices),
        "missing": village.missing,
        "unopened": list(village.unopened),
        "books": dict(asdict(village.books)),
        "differences": differences_json(village.books.differences),
    }


def list_json(definition_hash: str, stations: Iterable[StationReconciliation]) -> bytes:
    """``daftar-cocokkan.json``'s bytes."""
    listed: list[Json] = [_station_list(paper) for paper in stations]
    return dumps({"version": 1, "definition_hash": definition_hash, "stations": listed})


def booth_lines(paper: StationReconciliation) -> Iterator[str]:
    """The booths of one station, for people."""
    for row in paper.booths:
        yield f"  Bilik {row.booth}: {_class_words(row)}"
        yield from map(_comparison, row.differences)
    if paper.typed_total:
        read = figure(paper.typed_total)
        yield f"  Tidak terbaca program, dibaca sama oleh dua orang, tercatat di bilik: {read} lembar"
        for choice in paper.choices:
            if choice.typed:
                name = "kosong" if choice.choice == 0 else f"calon {choice.choice}"
                with_typed = _signed(choice.difference_with_typed)
                yield f"    {name}: {figure(choice.typed)} lembar; selisih bersama ketikan {with_typed}"
    for note in paper.notes:
        yield f"  BELUM SELESAI: {note}"


def village_lines(village: VillageReconciliation, definition: Definition) -> Iterator[str]:
    """The village's sums, for people."""
    yield "Seluruh desa"
    if village.choices is None or village.classes is None:
        unopened = ", ".join(f"{number:02d}" for number in village.unopened) or "semua"
        yield f"  Struk: tidak diperiksa, kotak belum dibuka di TPS {unopened}"
    else:
        yield f"  {'Struk':>9} {'Suara':>9} {'Selisih':>9}  Pilihan"
        for row in village.choices:
            name = plain(choice_name(definition, row.choice))
            yield f"  {figure(row.slips):>9} {_known(row.votes):>9} {_signed(row.difference):>9}  {name}"
        classes = ", ".join(f"{figure(number)} {PAPERS[kind]}" for kind, number in village.classes.items())
        yield f"  Kertas: {classes}; hilang {_known(village.missing)}"
    yield "  Pembukuan:"
    yield from map(_comparison, village.books.differences)


def paper_where(slip: SortedSlip) -> str:
    """Where to find a paper: its place in a scanned box, its picture, or both."""
    return ", ".join(part for part in (slip.place, plain(slip.picture)) if part)


def _comparison(row: Difference) -> str:
    numbers = f"{_known(row.left):>9} {_known(row.right):>9} {_signed(row.value):>9}"
    return f"  {numbers}  {row.label}: {BOOKS_STATUS[row.status]}"


def _class_words(row: BoothRow) -> str:
    kinds = (SlipClass.COUNTED, SlipClass.DUPLICATE, SlipClass.VOID)
    words = ", ".join(f"{figure(row.classes[kind])} {PAPERS[kind]}" for kind in kinds)
    return f"{words}, {figure(row.typed)} diketik, {figure(row.missing)} hilang"


def _station_list(paper: StationReconciliation) -> Json:
    counted = [slip for slip in paper.slips if slip.slip_class is SlipClass.COUNTED]
    known = [slip for slip in paper.slips if slip.typed is not None and slip.typed.fate is TypedFate.KNOWN]
    choices: list[Json] = [
        {
            "choice": row.choice,
            "slips": [_slip(slip) for slip in counted if slip.choice == row.choice],
            "typed": [_slip(slip) for slip in known if slip.typed is not None and slip.typed.choice == row.choice],
        }
        for row in paper.choices
    ]
    classes = {
        str(kind): [{**_slip(slip), "reason": slip.reason} for slip in paper.slips if slip.slip_class is kind]
        for kind in SlipClass
    }
    missing: list[Json] = [
        {"booth": booth, "slips": [{"code": code_of(identity), "id": identity.hex()} for identity in ids]}
        for booth, ids in sorted(paper.missing_ids.items())
    ]
    return {"number": paper.station, "choices": choices, "classes": classes, "missing": missing}


def _slip(slip: SortedSlip) -> dict[str, Json]:
    identity = slip.id if slip.id is not None or slip.typed is None else slip.typed.id
    code = None if identity is None else code_of(identity)
    if identity is None and slip.typed is not None:
        code = slip.typed.code
    return {"code": code, "id": None if identity is None else identity.hex(), "where": paper_where(slip)}


def _classes(classes: Mapping[SlipClass, int]) -> Json:
    return {str(kind): number for kind, number in classes.items()}


def _known(number: int | None) -> str:
    return "?" if number is None else figure(number)


def _signed(number: int | None) -> str:
    return "?" if number is None else signed_figure(number)
