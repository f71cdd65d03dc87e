"""One way for each numbered check to make it fail, and as far as can be nothing but it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from audit_samples import (
    CODE,
    Pair,
    board,
    book,
    define,
    pair,
    report,
    scene,
    sha256,
    signed,
)
from boards import Parts, Village, group
from stick import (
    Files,
    Stick,
    chain,
    log_files,
    log_head,
    regency_tally,
    revoked_on,
)

from epilwu.audit.verifying.authority import Brought
from epilwu.audit.verifying.logs import Kept
from epilwu.election import definition as definitions
from epilwu.election.outcome import Counts
from epilwu.media import paper_counts, published, regency, setup_index
from epilwu.media.container import Kind, read_from, write_container
from epilwu.media.published import Context, StationResult, VillageResult
from epilwu.media.regency import RegencyResult
from epilwu.protocol.ballot import BeleniosElection, tracker
from epilwu.protocol.credential import serialise_credentials
from epilwu.protocol.encrypted_tally import EncryptedTally
from epilwu.protocol.station import station_election
from epilwu.protocol.tally import decryption_side_file
from epilwu.trust import act_log
from epilwu.trust.canonical import dumps, loads
from epilwu.trust.certificates import Holder, Role, check_certificate

PLACE = (1, 1)
Spoil = Callable[[Stick], Stick]
SPOILS: dict[str, Spoil] = {}
ALSO: dict[str, set[str]] = {}
"""What cannot be kept from failing with a check, and why: see where it is noted."""


def spoils(name: str, *also: str) -> Callable[[Spoil], Spoil]:
    def note(spoil: Spoil) -> Spoil:
        SPOILS[name], ALSO[name] = spoil, set(also)
        return spoil

    return note


def village(change: Callable[[Files, Stick], None], stick: Stick) -> Stick:
    """The village's files changed, by name without the folder."""

    def spoil(files: Files) -> None:
        flat = {name.removeprefix(f"{CODE}/"): data for name, data in files.items()}
        change(flat, stick)
        for name in list(files):
            del files[name]
        for name, data in flat.items():
            files[name if "/" in name else f"{CODE}/{name}"] = data

    return replace(stick, spoil_village=spoil)


def sign_again(files: Files, name: str, context: str, signer: Pair) -> None:
    files |= signed(scene(), name, files[name], context, signer)


def result_name(station: int = 1) -> str:
    return published.station_result_name(scene().uuid(station))


def set_result(files: Files, **changes: object) -> None:
    """Station 1's result with other figures, signed; the village's result names it."""
    result = replace(StationResult.parse(files[result_name()]), **changes)  # type: ignore[arg-type]
    files |= signed(scene(), result_name(), result.serialise(), Context.STATION_RESULT)
    set_village(files, lambda lines: [replace(lines[0], result_sha256=sha256(files[result_name()])), *lines[1:]])


def set_village(files: Files, change: Callable[[list[published.StationLine]], Sequence[published.StationLine]]) -> None:
    stated = VillageResult.parse(files[published.RESULT])
    data = replace(stated, stations=tuple(change(list(stated.stations)))).serialise()
    files |= signed(scene(), published.RESULT, data, Context.RESULT)


def set_json(files: Files, name: str, context: str, **changes: object) -> None:
    value = json.loads(files[name]) | changes
    files |= signed(scene(), name, dumps(value), context)


# 1xx


@spoils("files")
def broken_file(stick: Stick) -> Stick:
    return village(lambda files, _: files.update({"TPS99.bel": b"coffee"}), stick)


@spoils("root")
def foreign_root(stick: Stick) -> Stick:
    """The published fingerprint is another."""
    return replace(stick, asked=lambda asked: replace(asked, brought=Brought(None, "0" * 64)))


@spoils("definition")
def broken_definition(stick: Stick) -> Stick:
    value = json.loads(stick.of.definition) | {"candidates": []}
    return village(lambda files, _: files.update({"definition-2.json": dumps(value)}), stick)


@spoils("definition-signature")
def definition_by_the_desk(stick: Stick) -> Stick:
    return village(lambda f, s: sign_again(f, published.DEFINITION, Context.DEFINITION, s.of.desks[1]), stick)


@spoils("rules")
def other_rules(stick: Stick) -> Stick:
    return village(lambda files, _: files.update({published.RULES: b"# nothing\n"}), stick)


@spoils("setup-signature")
def setup_by_the_tally(stick: Stick) -> Stick:
    return replace(stick, signer=stick.of.tally)


@spoils("setup-files")
def setup_with_other_rules(stick: Stick) -> Stick:
    return replace(stick, index=stick.committed() | {published.RULES: "0" * 64})


@spoils("revocations-signature")
def revocations_by_the_tally(stick: Stick) -> Stick:
    return replace(stick, revoker=stick.of.tally)


@spoils("revoked")
def stolen_booth(stick: Stick) -> Stick:
    pem, root = stick.of.booths[PLACE].pem, stick.of.root.pem
    day = stick.of.parsed.day
    return replace(stick, revoked=(revoked_on(check_certificate(pem, root, at=day).fingerprint, "2023-10-21"),))


# 2xx: a board that is wrong, and everything else made from it


def with_board(stick: Stick, parts: Parts) -> Stick:
    return replace(stick, boards={**stick.boards, 1: parts})


def rename_board(files: Files, data: bytes) -> None:
    """Other bytes of station 1's board, which its result names."""
    files[published.archive_name(scene().uuid(1))] = data
    set_result(files, archive_sha256=sha256(data))


@spoils("archive")
def bytes_behind_the_end(stick: Stick) -> Stick:
    name = published.archive_name(stick.of.uuid(1))
    return village(lambda files, _: rename_board(files, files[name] + b"x" * 512), stick)


@spoils("complete")
def board_without_a_result(stick: Stick) -> Stick:
    def cut(files: Files, _: Stick) -> None:
        data = files[published.archive_name(scene().uuid(1))]
        end = data.rindex(b'"type":"PartialDecryption"') // 512 * 512 + 512
        rename_board(files, data[:end])

    return village(cut, stick)


@spoils("election", "boards-complete")
def election_without_a_question(stick: Stick) -> Stick:
    """The board can then not be known as the station's, whose result so stands without one."""
    election = json.loads(stick.boards[1].election)
    election["questions"] = []
    return with_board(stick, replace(stick.boards[1], election=json.dumps(election, separators=(",", ":")).encode()))


@spoils("board-definition")
def swapped_candidates(stick: Stick) -> Stick:
    """The booths voted under another definition than the one that was published."""
    of = stick.of
    parsed = definitions.parse(define(("Bima Sakti", "Ayu Lestari", "Cahya Purnama")))
    other = definitions.serialise(replace(parsed, stations=of.parsed.stations))
    key = of.elections[1].trustees.public_key
    election = BeleniosElection.parse(station_election(definitions.parse(other), sha256(other), 1, key))
    place = Village(group(), election, of.elections[1].voters, other)
    ballots = {b: tuple(place.ballot(6 * (b - 1) + n, c) for n, c in enumerate((1, 2, 2, 1, 3, 0))) for b in (1, 2)}
    reports = {(1, b): report(of, (1, b), ballots=ballots[b]) for b in (1, 2)}
    parts = board(place, [*ballots[1], *ballots[2]])
    stick = replace(stick, reports={**stick.reports, **reports}, paper={**stick.paper, 1: Counts((4, 4, 2), 2)})
    return with_board(stick, parts)


@spoils("trustees")
def other_trustees(stick: Stick) -> Stick:
    data = group(2, 3).trustees.data
    return replace(stick, boards={n: replace(parts, trustees=data) for n, parts in stick.boards.items()})


@spoils("credentials")
def credential_twice(stick: Stick) -> Stick:
    listed = json.loads(stick.boards[1].credentials)
    data = json.dumps([*listed, listed[-1]], separators=(",", ":")).encode()
    return with_board(stick, replace(stick.boards[1], credentials=data))


@spoils("ballots")
def ballot_without_a_credential(stick: Stick) -> Stick:
    voters = stick.of.elections[1].voters[1:]
    data = serialise_credentials(voter.public_hex for voter in voters)
    return with_board(stick, replace(stick.boards[1], credentials=data))


@spoils("repeated-credentials")
def token_used_at_two_booths(stick: Stick) -> Stick:
    of = stick.of
    again = (of.elections[1].ballot(0, 3), *of.ballots[1, 2][1:])
    ballots = sorted([*of.ballots[1, 1], *again], key=tracker)
    last = {json.loads(ballot)["credential"]: ballot for ballot in ballots}
    parts = of.elections[1].count(ballots, counted=list(last.values()))
    return with_board(replace(stick, reports={**stick.reports, (1, 2): report(of, (1, 2), ballots=again)}), parts)


@spoils("encrypted-tally")
def tally_without_a_ballot(stick: Stick) -> Stick:
    ballots = stick.boards[1].ballots
    return with_board(stick, stick.of.elections[1].count(ballots, counted=ballots[1:]))


@spoils("partial-decryptions")
def too_few_decryptions(stick: Stick) -> Stick:
    parts, place = stick.boards[1], stick.of.elections[1]
    tally = EncryptedTally.parse(parts.tally, place.election.question)
    share = place.share(1, tally)
    side = decryption_side_file(place.election, tally, [share])
    return with_board(stick, replace(parts, decryptions=((1, share.decryption.data),), side_file=side))


@spoils("bound-decryptions")
def no_bound_proofs(stick: Stick) -> Stick:
    return village(lambda files, _: files.pop(published.decryption_name(scene().uuid(1))), stick)


@spoils("result")
def result_swapped(stick: Stick) -> Stick:
    return with_board(stick, replace(stick.boards[1], result=b'{"result":[[1,6,3,2]]}'))


@spoils("ballots-in-order")
def board_in_the_order_of_casting(stick: Stick) -> Stick:
    parts = stick.boards[1]
    return with_board(stick, replace(parts, ballots=tuple(reversed(parts.ballots))))


@spoils("committed")
def credentials_made_later(stick: Stick) -> Stick:
    name = setup_index.credentials_name(stick.of.uuid(1))
    return replace(stick, index=stick.committed() | {name: sha256(b"[]")})


@spoils("boards-complete")
def board_gone(stick: Stick) -> Stick:
    return village(lambda files, _: files.pop(published.archive_name(scene().uuid(1))), stick)


# 3xx


def with_report(stick: Stick, data: bytes) -> Stick:
    return replace(stick, reports={**stick.reports, PLACE: data})


def repacked(stick: Stick, change: Callable[[dict[str, bytes]], None]) -> Stick:
    """A report with other content, signed again by its device."""
    of = stick.of
    day = of.parsed.day
    contents, _ = read_from(stick.reports[PLACE], Kind.STATION_REPORT, of.root.pem, day, Role.BOOTH, where="")
    files = dict(contents.files)
    change(files)
    booth = of.booths[PLACE]
    return with_report(stick, write_container(Kind.STATION_REPORT, files, booth.key, booth.pem))


@spoils("report-signature")
def report_changed(stick: Stick) -> Stick:
    data = stick.reports[PLACE]
    at = data.index(b'"credential"')
    return with_report(stick, data[:at] + b'"Credential"' + data[at + 12 :])


@spoils("report-certificate")
def replaced_box(stick: Stick) -> Stick:
    """The device has a good certificate of its own, but is not the one that the committee had sealed."""
    of = stick.of
    other = pair(of.root, Holder(Role.BOOTH, CODE, *PLACE))
    return with_report(stick, report(of, PLACE, signer=other))


@spoils("report-journal")
def journal_line_replaced(stick: Stick) -> Stick:
    def change(files: dict[str, bytes]) -> None:
        lines = files["journal.log"].splitlines(keepends=True)
        files["journal.log"] = b"".join([lines[0], *lines[2:]])

    return repacked(stick, change)


@spoils("report-ballots")
def ballots_in_another_order(stick: Stick) -> Stick:
    def change(files: dict[str, bytes]) -> None:
        files["ballots.jsonl"] = b"".join(reversed(files["ballots.jsonl"].splitlines(keepends=True)))

    return repacked(stick, change)


@spoils("report-registers")
def slip_exchanged(stick: Stick) -> Stick:
    def change(files: dict[str, bytes]) -> None:
        lines = files["slips-cast.txt"].splitlines(keepends=True)
        files["slips-cast.txt"] = b"".join(sorted([b"0" * 64 + b"\n", *lines[1:]]))

    return repacked(stick, change)


@spoils("report-figures")
def more_restarts_than_noted(stick: Stick) -> Stick:
    def change(files: dict[str, bytes]) -> None:
        files["report.json"] = dumps(json.loads(files["report.json"]) | {"restarts": 3})

    return repacked(stick, change)


@spoils("report-election")
def report_of_another_definition(stick: Stick) -> Stick:
    other = define(("Satu", "Dua", "Tiga"))
    return with_report(stick, report(replace(stick.of, definition=other), PLACE))


@spoils("reports-complete")
def booth_left_out(stick: Stick) -> Stick:
    return replace(stick, reports={place: data for place, data in stick.reports.items() if place != PLACE})


@spoils("board-reports")
def ballot_exchanged(stick: Stick) -> Stick:
    of = stick.of
    ballots = (of.elections[1].ballot(12, 2), *of.ballots[PLACE][1:])
    return with_report(stick, report(of, PLACE, ballots=ballots))


@spoils("desk-book")
def book_of_a_strange_desk(stick: Stick) -> Stick:
    of = stick.of
    desks = {1: of.desks[2], 2: of.desks[2]}
    return replace(stick, desks={**stick.desks, 1: book(replace(of, desks=desks), 1)})


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
