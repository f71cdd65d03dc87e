"""Cheats with the definition, the commitment, the root, and the server's log."""

from __future__ import annotations

from dataclasses import replace

from audit_samples import make_scene, signed
from cheat_village import VOTES, Night, commitment, head, honest, log, night, recount, relogged, scene
from cheats import cheat
from forge_tally import TALLY, stuffed

from epilwu.election import definition as definitions
from epilwu.media import published, setup_index
from epilwu.media.published import Context
from epilwu.protocol.credential import Token, derive, serialise_credentials
from epilwu.trust import act_log


def swapped() -> bytes:
    """The definition with two candidates' names exchanged."""
    parsed = scene().parsed
    first, second, *rest = parsed.candidates
    named = (replace(first, name=second.name), replace(second, name=first.name), *rest)
    return definitions.serialise(replace(parsed, candidates=named))


@cheat(
    "candidates exchanged in the definition, signed by the tally",
    TALLY,
    public="definition-signature board-definition station-result-evidence",
    auditors="report-election desk-book",
    open_="setup-signature village-result-signature books-signature",
)
def _() -> Night:
    return honest().but(signed(scene(), published.DEFINITION, swapped(), Context.DEFINITION))


@cheat(
    "candidates exchanged in the definition after the day, signed by the committee",
    "the whole committee",
    public="board-definition station-result-evidence",
    auditors="report-election desk-book",
    open_="setup-signature village-result-signature books-signature",
)
def _() -> Night:
    return honest().but(signed(scene(), published.DEFINITION, swapped(), Context.DEFINITION, scene().committee))


@cheat(
    "a whole other election under a root of its own",
    "anybody with a printer",
    public="root definition-signature setup-signature revocations-signature station-result-signature"
    " village-result-signature books-signature paper-signature",
    auditors="report-certificate desk-book",
    open_="log-signature board-reports",
)
def _() -> Night:
    other = night(make_scene(VOTES))
    return replace(other, root=honest().root)


@cheat("the newest entries of the log cut off", TALLY, public="log-growth", auditors="log-acts")
def _() -> Night:
    made = honest()
    entries = act_log.split_export(made.auditors[published.LOG])
    short = entries[: len(entries) // 2 - 1]
    return made.but(
        {published.LOG_LEAVES: act_log.leaves(short), published.CHECKPOINT: head(scene().tally, short)},
        {published.LOG: act_log.export(short)},
    )


@cheat("an entry of the log edited", TALLY, auditors="log-chain log-leaves log-root log-growth", open_="log-acts")
def _() -> Night:
    data = honest().auditors[published.LOG]
    return honest().but(auditors={published.LOG: data.replace(b'"panitia"', b'"petugas"', 1)})


@cheat("the log's leaves exchanged under its signed head", TALLY, public="log-root log-growth", auditors="log-leaves")
def _() -> Night:
    entries = act_log.split_export(honest().auditors[published.LOG])
    return honest().but({published.LOG_LEAVES: act_log.leaves((entries[1], entries[0], *entries[2:]))})


@cheat("the log signed by another key", "whoever broke into the web server", public="log-signature")
def _() -> Night:
    entries = act_log.split_export(honest().auditors[published.LOG])
    return honest().but({published.CHECKPOINT: head(scene().committee, entries)})


@cheat(
    "an import taken out of the log, everything after it chained and signed anew",
    "root on the tally's server, with its keys",
    public="log-growth",
    auditors="log-acts",
)
def _() -> Night:
    made = honest()
    reports = {name: data for name, data in made.auditors.items() if name != published.LOG}
    logged = log(scene(), made.public, reports, edit=lambda acts: acts.pop(0) and None)
    return made.but(logged.public, logged.auditors)


@cheat(
    "everything rewritten with the server's keys around a stuffed ballot: board, results, books, log",
    "root on the tally's server, with its keys",
    public="books-balance paper log-growth",
    auditors="board-reports books-sources",
)
def _() -> Night:
    made = night(scene(), recount(scene(), 1, stuffed()), books_of=13)
    return replace(relogged(scene(), made), kept=honest().kept)


@cheat(
    "the list of tokens widened, and the commitment signed anew by the committee after the day",
    "the whole committee",
    else_="whoever kept the commitment's hash, announced before the day; for a ballot so cast, the booths' reports",
)
def _() -> Night:
    of = scene()
    place = of.elections[1]
    wider = replace(place, voters=(*place.voters, derive(Token.generate(), place.election.uuid)))
    listed = serialise_credentials(voter.public_hex for voter in wider.voters)
    board = replace(of.boards[1], credentials=listed)
    name = setup_index.credentials_name(of.uuid(1))
    return night(of, {**of.boards, 1: board}).but(commitment(of, **{name: listed}))


@cheat(
    "a token given to somebody who signs for an absent voter",
    "a desk's officers and a stranger",
    else_="nothing in files or boxes, for everything balances: witnesses at the desk, the signed attendance list",
)
def _() -> Night:
    return honest()


@cheat(
    "the threshold of key holders opens single ballots",
    "as many key holders as the threshold",
    else_="nothing: opposed camps, tokens without names, destruction of the keys (see Key holders)",
)
def _() -> Night:
    place = scene().elections[1]
    assert len(place.people.secrets) >= 2  # they hold all that is needed; nothing they publish would show it
    return honest()


@cheat(
    "a voter photographs the slip and sells the vote",
    "a voter and a buyer",
    else_="nothing: the slip stays in the hall, phones outside; the register that would confirm it is not published",
)
def _() -> Night:
    public = b"".join(honest().public.values())
    assert not any(slip.id.hex().encode() in public for place in scene().slips.values() for slip in place)
    return honest()
