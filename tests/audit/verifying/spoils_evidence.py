"""Checks 1xx to 3xx, each made to fail by itself: authority, boards, booths and desks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from audit_samples import (
    CODE,
    board,
    book,
    define,
    pair,
    report,
    scene,
    sha256,
)
from boards import Parts, Village, group
from spoiling import PLACE, set_result, sign_again, spoils, village
from stick import (
    Files,
    Stick,
    revoked_on,
)

from epilwu.audit.verifying.authority import Brought
from epilwu.election import definition as definitions
from epilwu.election.outcome import Counts
from epilwu.media import published, setup_index
from epilwu.media.container import Kind, read_from, write_container
from epilwu.media.published import Context
from epilwu.protocol.ballot import BeleniosElection, tracker
from epilwu.protocol.credential import serialise_credentials
from epilwu.protocol.encrypted_tally import EncryptedTally
from epilwu.protocol.station import station_election
from epilwu.protocol.tally import decryption_side_file
from epilwu.trust.canonical import dumps
from epilwu.trust.certificates import Holder, Role, check_certificate

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
