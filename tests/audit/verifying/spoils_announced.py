"""Checks 4xx to 6xx, each made to fail by itself: announcements, the regency, the log."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from audit_samples import (
    CODE,
    Pair,
    book,
    pair,
    signed,
)
from spoiling import result_name, set_json, set_result, set_village, sign_again, spoils, village
from stick import (
    Files,
    Stick,
    chain,
    log_files,
    log_head,
    regency_tally,
)

from epilwu.audit.verifying.logs import Kept
from epilwu.election.outcome import Counts
from epilwu.media import paper_counts, published, regency
from epilwu.media.published import Context, VillageResult
from epilwu.media.regency import RegencyResult
from epilwu.trust import act_log
from epilwu.trust.canonical import dumps, loads
from epilwu.trust.certificates import Holder, Role

# 4xx


@spoils("station-result-signature")
def result_by_the_committee(stick: Stick) -> Stick:
    return village(lambda f, s: sign_again(f, result_name(), Context.STATION_RESULT, s.of.committee), stick)


@spoils("station-result-evidence")
def result_of_another_tally(stick: Stick) -> Stick:
    return village(lambda files, _: set_result(files, encrypted_tally="0" * 64), stick)


@spoils("station-result-counts")
def station_figures_swapped(stick: Stick) -> Stick:
    return village(lambda files, _: set_result(files, counts=Counts((6, 3, 2), 1)), stick)


@spoils("village-result-signature")
def village_result_by_the_committee(stick: Stick) -> Stick:
    return village(lambda f, s: sign_again(f, published.RESULT, Context.RESULT, s.of.committee), stick)


@spoils("village-result-sums")
def margin_of_five(stick: Stick) -> Stick:
    return village(lambda files, _: set_json(files, published.RESULT, Context.RESULT, margin=5), stick)


@spoils("village-result-stations")
def line_of_another_result(stick: Stick) -> Stick:
    change = lambda lines: [replace(lines[0], result_sha256="0" * 64), *lines[1:]]  # noqa: E731
    return village(lambda files, _: set_village(files, change), stick)


@spoils("village-result-counts")
def village_figures_swapped(stick: Stick) -> Stick:
    change = lambda lines: [replace(lines[0], counts=Counts((6, 3, 2), 1)), *lines[1:]]  # noqa: E731
    return village(lambda files, _: set_village(files, change), stick)


@spoils("village-result-rules")
def dispute_denied(stick: Stick) -> Stick:
    def change(files: Files, _: Stick) -> None:
        disputed = VillageResult.parse(files[published.RESULT]).disputed
        set_json(files, published.RESULT, Context.RESULT, disputed=not disputed)

    return village(change, stick)


@spoils("rolls")
def roll_of_sixteen(stick: Stick) -> Stick:
    change = lambda lines: [replace(lines[0], voters=16), *lines[1:]]  # noqa: E731
    return village(lambda files, _: set_village(files, change), stick)


@spoils("books-signature")
def books_by_the_committee(stick: Stick) -> Stick:
    return village(lambda f, s: sign_again(f, published.BOOKS, Context.BOOKS, s.of.committee), stick)


def with_books(stick: Stick, **figures: int) -> Stick:
    (number, line), *rest = stick.books.stations
    return replace(stick, books=replace(stick.books, stations=((number, replace(line, **figures)), *rest)))


@spoils("books-sources")
def books_with_another_roll(stick: Stick) -> Stick:
    return with_books(stick, roll=16)


@spoils("books-board")
def eleven_of_everything(stick: Stick) -> Stick:
    """Books that agree with themselves, and no auditors' material to compare them with."""
    names = ("attendance", "tokens_handed", "tokens_spent", "ballots", "slips_cast", "slips_counted")
    return with_books(replace(stick, auditors=False), **dict.fromkeys(names, 11), tokens_received=13)


@spoils("books-balance")
def one_voter_more_than_tokens(stick: Stick) -> Stick:
    stick = replace(stick, desks={**stick.desks, 1: book(stick.of, 1, attendance=13)})
    return with_books(stick, attendance=13)


@spoils("paper-signature")
def paper_by_the_committee(stick: Stick) -> Stick:
    return village(lambda f, s: sign_again(f, paper_counts.NAME, paper_counts.CONTEXT, s.of.committee), stick)


@spoils("paper")
def slips_otherwise(stick: Stick) -> Stick:
    return replace(stick, paper={**stick.paper, 1: Counts((5, 4, 2), 1)})


# 5xx


def page(stick: Stick, change: Callable[[RegencyResult], RegencyResult], signer: Pair | None = None) -> Stick:
    def spoil(files: Files) -> None:
        signed_by = signer or regency_tally()
        changed = change(RegencyResult.parse(files[regency.NAME]))
        files |= regency.write(changed, signed_by.key, signed_by.pem)

    return replace(stick, spoil_regency=spoil)


@spoils("regency-signature")
def page_by_a_village(stick: Stick) -> Stick:
    return page(stick, lambda found: found, stick.of.tally)


@spoils("regency-sums")
def page_with_other_sums(stick: Stick) -> Stick:
    def spoil(files: Files) -> None:
        files |= signed(
            stick.of,
            regency.NAME,
            dumps(json.loads(files[regency.NAME]) | {"ballots": 25}),
            regency.CONTEXT,
            regency_tally(),
        )

    return replace(stick, spoil_regency=spoil)


@spoils("regency-villages")
def page_with_other_figures(stick: Stick) -> Stick:
    def change(found: RegencyResult) -> RegencyResult:
        return replace(found, villages=(replace(found.villages[0], counts=Counts((9, 8, 4), 3)),))

    return page(stick, change)


@spoils("regency-complete")
def page_without_the_village(stick: Stick) -> Stick:
    return page(stick, lambda found: replace(found, villages=()))


# 6xx


def log(stick: Stick, change: Callable[[Files, list[bytes]], None]) -> Stick:
    def spoil(files: Files) -> None:
        change(files, list(act_log.split_export(files["log/log.jsonl"])))

    return replace(stick, spoil_log=spoil)


@spoils("log-chain")
def entry_edited_and_signed_again(stick: Stick) -> Stick:
    def change(files: Files, entries: list[bytes]) -> None:
        kept = files["kept.txt"]
        value = loads(entries[-2], limit=1 << 16)
        assert isinstance(value, Mapping)
        entries[-2] = dumps({**value, "actor": "orang lain"})
        files |= log_files(entries, stick.of)
        files["kept.txt"] = kept

    return log(stick, change)


@spoils("log-leaves")
def leaf_exchanged(stick: Stick) -> Stick:
    def change(files: Files, _: list[bytes]) -> None:
        lines = files["log/log.leaves"].splitlines(keepends=True)
        files["log/log.leaves"] = b"".join([*lines[:-1], b"0" * 64 + b"\n"])

    return log(stick, change)


@spoils("log-root")
def tail_cut_off(stick: Stick) -> Stick:
    """The head that was signed speaks of an entry that is gone."""

    def change(files: Files, entries: list[bytes]) -> None:
        files["log/log.jsonl"] = act_log.export(entries[:-1])
        files["log/log.leaves"] = act_log.leaves(entries[:-1])

    return replace(log(stick, change), spoil_acts=lambda acts: acts.append(("published", {"village": CODE})))


@spoils("log-signature")
def head_by_another_key(stick: Stick) -> Stick:
    def change(files: Files, entries: list[bytes]) -> None:
        other = pair(stick.of.root, Holder(Role.TALLY, CODE))
        files["log/checkpoint"] = log_head(entries, stick.of, other).serialise()

    no_witness = lambda asked: replace(asked, kept=Kept(asked.kept.checkpoint))  # noqa: E731
    return replace(log(stick, change), asked=no_witness)


@spoils("log-growth")
def log_rewritten(stick: Stick) -> Stick:
    """All of it written anew and signed with the server's keys; only what the auditor kept tells."""

    def change(files: Files, entries: list[bytes]) -> None:
        acts = [act_log.decode(entry) for entry in entries]
        written = [(act.kind, dict(act.event)) for act in acts]
        written[1:3] = reversed(written[1:3])
        files |= log_files(chain(written), stick.of, entries)  # type: ignore[arg-type]

    return log(stick, change)


@spoils("log-witnesses")
def head_that_no_witness_saw(stick: Stick) -> Stick:
    def change(files: Files, entries: list[bytes]) -> None:
        files["log/checkpoint"] = log_head(entries, stick.of).serialise()

    return log(stick, change)


@spoils("log-acts")
def log_of_another_report(stick: Stick) -> Stick:
    def change(acts: list[tuple[str, dict[str, str]]]) -> None:
        acts[1] = ("report-imported", {**acts[1][1], "sha256": "0" * 64})

    return replace(stick, spoil_acts=change)
