"""Cheats of whoever holds the tally's server and its keys."""

from __future__ import annotations

import json
from dataclasses import replace

from audit_samples import DAY, announced, books, signed, station_result, village_result
from boards import Parts, group
from cheat_village import (
    Files,
    Night,
    commitment,
    honest,
    night,
    paper,
    recount,
    relogged,
    result_files,
    revoked,
    scene,
)
from cheats import cheat
from corpus import ballot_of_openings

from epilwu.media import published, revocations, setup_index
from epilwu.media.published import Context
from epilwu.media.revocations import Reason, Revoked
from epilwu.protocol.ballot import tracker
from epilwu.protocol.credential import Token, derive
from epilwu.protocol.decryption import PartialDecryption
from epilwu.protocol.encrypted_tally import EncryptedTally
from epilwu.protocol.group import SecretScalar, encode_element
from epilwu.protocol.proofs import encrypt, prove_equal_logs
from epilwu.protocol.tally import serialise_result
from epilwu.trust.certificates import check_certificate

TALLY = "the tally's insider"
COMMITTEE = "the committee's insider"
RECOUNTED = "books-board paper"  # what the public sees where ballots were added or taken away and truly counted


def stuffed() -> list[bytes]:
    """Station 1's ballots and one more, cast with a leftover token for candidate 1."""
    place = scene().elections[1]
    return [*scene().ballots[1, 1], *scene().ballots[1, 2], place.ballot(12, 1)]


def only(*places: tuple[int, int]) -> list[bytes]:
    return [ballot for place in places for ballot in scene().ballots[place]]


@cheat("a ballot stuffed with a leftover token", TALLY, public=RECOUNTED, auditors="board-reports")
def _() -> Night:
    return night(scene(), recount(scene(), 1, stuffed()))


@cheat(
    "a ballot stuffed, and the books made to fit",
    TALLY,
    public="books-balance paper",
    auditors="board-reports books-sources",
)
def _() -> Night:
    made = night(scene(), recount(scene(), 1, stuffed()))
    return made.but(signed(scene(), published.BOOKS, books(scene(), ballots=13).serialise(), Context.BOOKS))


@cheat("a ballot left out", TALLY, public=RECOUNTED, auditors="board-reports")
def _() -> Night:
    return night(scene(), recount(scene(), 1, only((1, 1), (1, 2))[1:]))


@cheat(
    "a ballot replaced by another of the same token",
    f"{TALLY} with a copied token card",
    public="paper",
    auditors="board-reports",
)
def _() -> Night:
    place = scene().elections[1]
    return night(scene(), recount(scene(), 1, [place.ballot(0, 2), *only((1, 1), (1, 2))[1:]]))


@cheat(
    "a booth's ballots dropped and its report kept back",
    TALLY,
    public=RECOUNTED,
    auditors="reports-complete",
    open_="board-reports books-sources",
)
def _() -> Night:
    return night(scene(), recount(scene(), 1, only((1, 1))), withheld=[published.report_name(1, 2)])


@cheat(
    "a station dropped from board and result",
    TALLY,
    public="village-result-stations",
    open_="boards-complete station-result-signature board-reports",
)
def _() -> Night:
    of, made = scene(), honest()
    uuid = of.uuid(3)
    results = [each for each in result_files(of, of.boards) if each.station != 3]
    result = replace(village_result(of, results), stations_expected=2)
    names = (published.archive_name(uuid), published.decryption_name(uuid), published.station_result_name(uuid))
    gone: Files = dict.fromkeys((*names, published.signature_name(names[2])), b"")
    return made.but(gone | signed(of, published.RESULT, result.serialise(), Context.RESULT))


@cheat(
    "a station's figures announced otherwise than its board proves",
    TALLY,
    public="station-result-counts village-result-counts",
)
def _() -> Night:
    of = scene()
    files = announced(of, of.boards)
    false = [station_result(of, n, parts) for n, parts in of.boards.items()]
    counts = false[1].counts
    false[1] = replace(false[1], counts=replace(counts, candidates=counts.candidates[::-1]))
    for each in false:
        name = published.station_result_name(each.uuid)
        files |= signed(of, name, each.serialise(), Context.STATION_RESULT)
    files |= signed(of, published.RESULT, village_result(of, false).serialise(), Context.RESULT)
    return relogged(of, honest().but(files), from_start=True)


def edited_result(**changes: object) -> Night:
    """The village's result with fields changed and signed again."""
    data = json.loads(honest().public[published.RESULT])
    text = json.dumps(data | changes, separators=(",", ":"), sort_keys=True).encode()
    return honest().but(signed(scene(), published.RESULT, text, Context.RESULT))


@cheat("the loser announced as winner over true figures", TALLY, public="village-result-sums")
def _() -> Night:
    winner = json.loads(honest().public[published.RESULT])["winner"]
    return edited_result(winner=1 if winner == 2 else 2)


@cheat("the village's sums raised over true stations", TALLY, public="village-result-sums")
def _() -> Night:
    return edited_result(ballots=40)


@cheat("a result announced without a signature", TALLY, public="village-result-signature")
def _() -> Night:
    return honest().but({published.signature_name(published.RESULT): b""})


def with_board(number: int, parts: Parts) -> Night:
    """A night in which station ``number`` has this board, everything else announced from it."""
    return night(scene(), {**scene().boards, number: parts})


@cheat(
    "the sum of fewer ballots than the board holds",
    TALLY,
    public="encrypted-tally",
    open_="station-result-counts village-result-counts",
)
def _() -> Night:
    ballots = sorted(only((1, 1), (1, 2)), key=tracker)
    return with_board(1, scene().elections[1].count(ballots, counted=ballots[1:]))


@cheat(
    "one token counted twice",
    TALLY,
    public="repeated-credentials encrypted-tally books-board",
    auditors="board-reports",
)
def _() -> Night:
    ballots = [*only((1, 1), (1, 2)), scene().elections[1].ballot(0, 3)]
    return with_board(1, scene().elections[1].count(sorted(ballots, key=tracker), bound=20))


@cheat("two votes in one ballot", TALLY, public="ballots", auditors="board-reports", open_="encrypted-tally")
def _() -> Night:
    place = scene().elections[1]
    openings = tuple(encrypt(place.election.public_key, value) for value in (0, 1, 1, 0))
    ballots = [ballot_of_openings(place.election, place.voters[0], openings), *only((1, 1), (1, 2))[1:]]
    return with_board(1, place.count(sorted(ballots, key=tracker), bound=20))


@cheat("the board in the order of casting", TALLY, public="ballots-in-order")
def _() -> Night:
    return with_board(1, replace(scene().boards[1], ballots=scene().boards[1].ballots[::-1]))


@cheat("the result on the board rewritten", TALLY, public="result", open_="station-result-counts village-result-counts")
def _() -> Night:
    counts = json.loads(scene().boards[1].result)["result"][0]
    return with_board(1, replace(scene().boards[1], result=serialise_result((counts[0], *counts[:0:-1]))))


@cheat(
    "another station's board in place of one",
    TALLY,
    public="boards-complete",
    open_="station-result-evidence board-reports",
)
def _() -> Night:
    one, two = (published.archive_name(scene().uuid(number)) for number in (1, 2))
    return honest().but({one: honest().public[two]})


@cheat("the proofs of decryption left out", TALLY, public="bound-decryptions", open_="station-result-counts")
def _() -> Night:
    return honest().but({published.decryption_name(scene().uuid(1)): b""})


@cheat(
    "one key holder opens with another key (fewer than needed collude)",
    "fewer key holders than the threshold",
    public="partial-decryptions bound-decryptions",
)
def _() -> Night:
    place, parts = scene().elections[1], scene().boards[1]
    tally = EncryptedTally.parse(parts.tally, place.election.question)
    secret = SecretScalar.random()
    prefix = f"decrypt|{place.election.fingerprint}|{encode_element(secret.base())}"
    factors = tuple(secret.power(pair.alpha) for pair in tally.ciphertexts)
    proofs = tuple(prove_equal_logs(secret, pair.alpha, prefix) for pair in tally.ciphertexts)
    others = tuple((owner, data) for owner, data in parts.decryptions if owner != 1)
    return with_board(1, replace(parts, decryptions=((1, PartialDecryption(factors, proofs).data), *others)))


@cheat(
    "tokens made afterwards, the list widened, a ballot stuffed",
    f"{TALLY} and trustees' threshold",
    public=f"committed {RECOUNTED}",
    auditors="board-reports",
)
def _() -> Night:
    of = scene()
    place = of.elections[1]
    wider = replace(place, voters=(*place.voters, derive(Token.generate(), place.election.uuid)))
    ballots = [*only((1, 1), (1, 2)), wider.ballot(len(wider.voters) - 1, 1)]
    return with_board(1, wider.count(sorted(ballots, key=tracker)))


@cheat("the commitment signed anew by the tally", TALLY, public="setup-signature", open_="setup-files committed")
def _() -> Night:
    return honest().but(commitment(scene(), scene().tally))


@cheat("one file of the setup replaced after the commitment", TALLY, public="setup-files")
def _() -> Night:
    return honest().but({setup_index.TRUSTEES: group(2, 3).trustees.data})


@cheat("the dispute rules exchanged", TALLY, public="rules", open_="village-result-rules")
def _() -> Night:
    return honest().but({published.RULES: honest().public[published.RULES] + b"\n# 2 %\n"})


@cheat(
    "a lost booth's certificate taken off the list of revocations",
    TALLY,
    public="revocations-signature",
    open_="revoked",
)
def _() -> Night:
    files = revoked(scene(), Revoked(fingerprint((1, 1)), "2023-10-20", Reason.STOLEN))
    short = revoked(scene())
    return honest().but({**short, published.signature_name(revocations.NAME): files[f"{revocations.NAME}.sig"]})


def fingerprint(place: tuple[int, int]) -> str:
    return check_certificate(scene().booths[place].pem, scene().root.pem, at=DAY).fingerprint


@cheat("a stolen booth's report counted", "a thief of a booth", auditors="revoked")
def _() -> Night:
    return honest().but(revoked(scene(), Revoked(fingerprint((1, 1)), "2023-10-20", Reason.STOLEN)))


@cheat("the books smoothed", TALLY, public="books-board books-balance", auditors="books-sources")
def _() -> Night:
    return honest().but(signed(scene(), published.BOOKS, books(scene(), ballots=11).serialise(), Context.BOOKS))


@cheat(
    "the paper count made to fit a stuffed board",
    TALLY,
    public="books-board",
    auditors="board-reports",
    paper="TPS 1: calon 1",
)
def _() -> Night:
    of, boards = scene(), recount(scene(), 1, stuffed())
    counts = json.loads(boards[1].result)["result"][0]
    return night(of, boards).but(paper(of, {1: counts}))
