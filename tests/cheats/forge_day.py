"""Cheats at the polling station: booths, desks, and papers in the boxes."""

from __future__ import annotations

from dataclasses import replace

from audit_samples import CODE, Pair, Place, Slip, book, pair, report, slip
from cheat_village import Night, boxes, honest, night, paper, recount, scene
from cheats import cheat

from epilwu.audit.risk.overstatement import overstatement
from epilwu.media import published, station_report
from epilwu.trust.certificates import Holder, Role

BOOTH = "a booth's own program"
DESK = "the station's desk"
ANYBODY = "whoever reaches the box"
AT: Place = (1, 1)


def handed_over(made: bytes, place: Place = AT) -> Night:
    """A night in which one booth's report is this file, its log written by the tally in good faith."""
    name = published.report_name(*place)
    return night(scene(), replaced={name: made})


@cheat(
    "a report changed after its booth signed it",
    "whoever carries the stick",
    auditors="report-signature",
    open_="report-journal board-reports",
)
def _() -> Night:
    data = bytearray(report(scene(), AT))
    data[len(data) // 2] ^= 1
    return handed_over(bytes(data))


@cheat(
    "the machine replaced by another with a certificate of its own",
    "an insider of the regency's certificates",
    auditors="report-certificate",
    open_="report-journal board-reports",
)
def _() -> Night:
    return handed_over(report(scene(), AT, signer=pair(scene().root, Holder(Role.BOOTH, CODE, *AT))))


@cheat(
    "one booth's report signed by another booth",
    "two booths' officers",
    auditors="report-certificate",
    open_="report-journal board-reports",
)
def _() -> Night:
    return handed_over(report(scene(), AT, signer=scene().booths[1, 2]))


@cheat(
    "a second, different report of the same booth",
    "whoever has the booth's key",
    auditors="files",
    open_="reports-complete",
)
def _() -> Night:
    second = report(scene(), AT, ballots=scene().ballots[AT][1:], cast=[s.id for s in scene().slips[AT][1:]])
    return honest().but(auditors={"TPS01-B1-salinan.epr": second})


@cheat(
    "slips added to the register after closing",
    "whoever has the booth's key",
    auditors="report-registers",
    open_="board-reports",
)
def _() -> Night:
    of = scene()
    extra = slip(of.uuid(1), AT, 1, of.booths[AT].key)
    whole = station_report.read(report(of, AT), of.root.pem, of.parsed.day)
    widened = replace(whole, slips_cast=tuple(sorted((*whole.slips_cast, extra.id))))
    return handed_over(station_report.write(widened, of.booths[AT].key))


@cheat(
    "a ballot exchanged in the report, the journal left",
    "whoever has the booth's key",
    auditors="report-ballots",
    open_="board-reports",
)
def _() -> Night:
    of = scene()
    whole = station_report.read(report(of, AT), of.root.pem, of.parsed.day)
    other = replace(whole, ballots=(of.elections[1].ballot(0, 3), *whole.ballots[1:]))
    return handed_over(station_report.write(other, of.booths[AT].key))


@cheat("another village's report", "whoever carries the stick", auditors="report-certificate", open_="board-reports")
def _() -> Night:
    of = scene()
    elsewhere = pair(of.root, Holder(Role.BOOTH, "32.09.07.2008", *AT))
    return handed_over(report(of, AT, signer=elsewhere))


def with_extra(choice: int, *, printed: bool) -> Night:
    """A booth that votes by itself with a leftover token, its ballot on the board like any other."""
    of = scene()
    place = of.elections[1]
    extra = slip(of.uuid(1), AT, choice, of.booths[AT].key)
    ballots = (*of.ballots[AT], place.ballot(12, choice))
    lying = replace(
        of,
        ballots={**of.ballots, AT: ballots},
        slips={**of.slips, AT: (*of.slips[AT], extra)},
    )
    made = night(lying, recount(lying, 1, [*ballots, *of.ballots[1, 2]]), books_of=13)
    papers = boxes(lying) if printed else boxes(of)
    return replace(made, boxes=papers).but(paper(of))


@cheat(
    "a booth that votes by itself at night with a leftover token",
    BOOTH,
    public="books-balance paper",
    paper="TPS 1: struk hilang dari bilik 1; TPS 1: calon 1",
)
def _() -> Night:
    return with_extra(1, printed=False)


@cheat(
    "the same, its slip printed and thrown into the box",
    BOOTH,
    public="books-balance paper",
    paper="TPS 1: token diserahkan − token terpakai",
)
def _() -> Night:
    return with_extra(1, printed=True)


@cheat(
    "a booth that encrypts another candidate than it prints",
    BOOTH,
    public="paper",
    paper="TPS 1: calon 1; TPS 1: calon 2",
)
def _() -> Night:
    of = scene()
    ballots = (of.elections[1].ballot(0, 2), *of.ballots[AT][1:])
    lying = replace(of, ballots={**of.ballots, AT: ballots})
    return night(lying, recount(lying, 1, [*ballots, *of.ballots[1, 2]])).but(paper(of))


@cheat(
    "a booth that gives two voters one ballot and one tracker",
    BOOTH,
    public="books-balance paper",
    paper="TPS 1: struk asing; TPS 1: token diserahkan − token terpakai",
)
def _() -> Night:
    of = scene()
    ballots = (*of.ballots[AT][:2], *of.ballots[AT][3:])
    lying = replace(
        of, ballots={**of.ballots, AT: ballots}, slips={**of.slips, AT: of.slips[AT][:2] + of.slips[AT][3:]}
    )
    made = night(lying, recount(lying, 1, [*ballots, *of.ballots[1, 2]]), books_of=11)
    return replace(made, boxes=boxes(of)).but(paper(of))


@cheat("the desk's book rewritten without its key", "the tally's insider", auditors="desk-book")
def _() -> Night:
    data = bytearray(book(scene(), 1))
    at = data.index(b'"tokens_handed":12')
    data[at : at + 18] = b'"tokens_handed":13'
    return night(scene(), replaced={published.desk_book_name(1): bytes(data)})


@cheat("more tokens handed out than voters came", DESK, auditors="books-sources")
def _() -> Night:
    return night(scene(), replaced={published.desk_book_name(1): book(scene(), 1, handed=13, unused=1)})


def with_box(*texts: str, without: int = 0, station: int = 1) -> Night:
    """The honest night with papers added to a box, and its first ones taken out."""
    papers = honest().boxes
    return replace(honest(), boxes={**papers, station: (*papers[station][without:], *texts)})


def made_slip(key: Pair, choice: int = 1, uuid: str | None = None) -> Slip:
    return slip(uuid or scene().uuid(1), AT, choice, key.key)


@cheat("slips photocopied", ANYBODY, paper="TPS 1: struk ganda")
def _() -> Night:
    return with_box(scene().slips[AT][0].text)


@cheat("slips taken out of the box", ANYBODY, paper="TPS 1: struk hilang dari bilik 1; TPS 1: calon 1")
def _() -> Night:
    return with_box(without=1)


@cheat("slips of another station thrown in", ANYBODY, paper="TPS 1: struk asing")
def _() -> Night:
    return with_box(scene().slips[2, 1][0].text)


@cheat("slips printed by a printer of one's own", ANYBODY, paper="TPS 1: struk asing")
def _() -> Night:
    return with_box(made_slip(pair(scene().root, Holder(Role.BOOTH, CODE, *AT))).text)


@cheat(
    "slips printed with the booth's own key, after closing", "whoever has the booth's key", paper="TPS 1: struk asing"
)
def _() -> Night:
    return with_box(made_slip(scene().booths[AT]).text)


@cheat("a slip whose code was torn off", ANYBODY, paper="TPS 1: struk tidak terbaca; TPS 1: struk hilang dari bilik 1")
def _() -> Night:
    return with_box("", without=1)


@cheat(
    "the whole box replaced by one printed anew for another winner",
    "whoever has the booth's key",
    paper="TPS 1: struk asing; TPS 1: struk hilang dari bilik 1; TPS 1: struk hilang dari bilik 2",
)
def _() -> Night:
    of = scene()
    anew = tuple(slip(of.uuid(1), place, 1, of.booths[place].key).text for place in ((1, 1), (1, 2)) for _ in range(6))
    return replace(honest(), boxes={**honest().boxes, 1: anew})


@cheat("the boxes of two stations exchanged", ANYBODY, paper="TPS 1: struk asing; TPS 2: struk asing")
def _() -> Night:
    papers = honest().boxes
    return replace(honest(), boxes={**papers, 1: papers[2], 2: papers[1]})


@cheat(
    "a slip with one choice in its code and another in its text",
    BOOTH,
    else_="the voter who reads the slip; two people who read a drawn one: the code overstates by up to two votes",
)
def _() -> Night:
    """Nothing but the text can show it; the risk-limiting audit is about just this."""
    assert overstatement(1, 2, winner=1, candidates=3) == 2
    return honest()
