"""A village of three stations with everything that an honest one publishes, hands to auditors and keeps in its boxes.

Every part can be made again with a lie in it, by whoever holds the keys that the liar would hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from audit_samples import (
    CODE,
    DAY,
    Pair,
    Place,
    Scene,
    announced,
    auditors_files,
    board,
    books,
    counts_of,
    make_scene,
    public_files,
    sha256,
    signed,
    station_result,
)
from boards import Parts

from epilwu.media import paper_counts, published, revocations, setup_index
from epilwu.media.paper_counts import PaperCounts, PaperStation
from epilwu.media.published import Books, Context
from epilwu.media.revocations import Revocations, Revoked
from epilwu.media.setup_index import SetupIndex
from epilwu.protocol.ballot import tracker
from epilwu.trust import act_log, checkpoint
from epilwu.trust.act_log import GENESIS
from epilwu.trust.certificates import Holder, Role
from epilwu.trust.merkle import leaf_hash, root_of_hashes

VOTES: Mapping[Place, Sequence[int]] = {
    (1, 1): (1, 2, 2, 1, 3, 0),
    (1, 2): (2, 2, 3, 1, 2, 2),
    (2, 1): (1, 1, 1, 3, 0, 2),
    (2, 2): (3, 1, 2, 2, 1, 0),
    (3, 1): (2, 1, 2, 3, 2, 0),
    (3, 2): (1, 2, 2, 1, 2, 3),
}
Files = dict[str, bytes]


@cache
def scene() -> Scene:
    """The honest village, once per test run."""
    return make_scene(VOTES)


@dataclass(frozen=True)
class Night:
    """What lies on the auditor's table: the public folder, the auditors' folder, the papers of each box (the texts of
    their codes), a checkpoint kept from before the last entry, and the root that the regency gave out on paper."""

    public: Files
    auditors: Files
    boxes: Mapping[int, tuple[str, ...]]
    kept: bytes
    root: bytes
    notes: tuple[str, ...] = field(default=())

    def but(self, public: Files | None = None, auditors: Files | None = None, **changes: object) -> Night:
        """The same with some files replaced; a file of no bytes is taken away."""
        changed = replace(self, **changes)  # type: ignore[arg-type]
        return replace(
            changed, public=_without(self.public | (public or {})), auditors=_without(self.auditors | (auditors or {}))
        )

    def write(self, folder: Path, *, auditors: bool) -> list[Path]:
        """The folders on disk; without the auditors' one, as the public has it."""
        paths = [folder / "publik", folder / "auditor"][: 1 + auditors]
        for path, files in zip(paths, (self.public, self.auditors), strict=False):
            path.mkdir()
            for name, data in files.items():
                (path / name).write_bytes(data)
        return paths


def _without(files: Files) -> Files:
    return {name: data for name, data in files.items() if data}


@cache
def honest() -> Night:
    """The honest night."""
    return night(scene())


def night(
    of: Scene,
    boards: Mapping[int, Parts] | None = None,
    *,
    withheld: Sequence[str] = (),
    replaced: Mapping[str, bytes] | None = None,
    books_of: int = 12,
) -> Night:
    """An honest night of ``of``; or the one that follows where the tally announces ``boards``, auditors' files are
    withheld or replaced, and station 1's books say ``books_of`` ballots."""
    boards = boards or of.boards
    public = public_files(of) | announced(of, boards) | commitment(of) | paper(of) | revoked(of)
    public |= signed(of, published.BOOKS, day_books(of, books_of).serialise(), Context.BOOKS)
    auditors = {n: data for n, data in (auditors_files(of) | dict(replaced or {})).items() if n not in withheld}
    logged = log(of, public, auditors)
    return Night(public | logged.public, auditors | logged.auditors, boxes(of), logged.kept, of.root.pem)


def day_books(of: Scene, cast: int) -> Books:
    """The books of all stations, station 1's with so many votes cast."""
    honest_books = books(of)
    (number, line), *rest = honest_books.stations
    lied = replace(line, ballots=cast, tokens_spent=cast, slips_cast=cast)
    return replace(honest_books, stations=((number, lied), *rest))


def boxes(of: Scene) -> dict[int, tuple[str, ...]]:
    """The codes on the papers in each box: of all voters, and of the slips that a voter called wrong."""
    return {
        number: tuple(
            slip.text for place in of.booths if place[0] == number for slip in (*of.slips[place], *of.void[place])
        )
        for number in of.elections
    }


def commitment(of: Scene, signer: Pair | None = None, **changed: bytes) -> Files:
    """``setup.json`` as the committee signed it before the day, with ``trustees.json``."""
    trustees = of.elections[1].trustees.data
    files = {published.DEFINITION: of.definition, published.ROOT: of.root.pem, setup_index.TRUSTEES: trustees}
    files[published.RULES] = public_files(of)[published.RULES]
    for number, place in of.elections.items():
        files[setup_index.election_name(of.uuid(number))] = place.election.data
        files[setup_index.credentials_name(of.uuid(number))] = of.boards[number].credentials
    for place, device in of.booths.items():
        files[setup_index.certificate_name(*place)] = device.pem
    index = SetupIndex({name: sha256(data) for name, data in (files | changed).items()}).serialise()
    made = signed(of, setup_index.NAME, index, setup_index.CONTEXT, signer or of.committee)
    return made | {setup_index.TRUSTEES: trustees}


def paper(of: Scene, slips: Mapping[int, Sequence[int]] | None = None) -> Files:
    """``paper.json`` with what auditors counted in the boxes: ``slips`` (blank first), else what the voters chose."""
    lines = []
    for number in of.elections:
        counts = counts_of(of.boards[number])
        if slips is not None and number in slips:
            counts = replace(counts, blank=slips[number][0], candidates=tuple(slips[number][1:]))
        lines.append(PaperStation(number=number, slips=counts, odd=0, missing=0))
    data = PaperCounts(definition_hash=of.digest, stations=tuple(lines)).serialise()
    return signed(of, paper_counts.NAME, data, paper_counts.CONTEXT)


def revoked(of: Scene, *entries: Revoked) -> Files:
    """The regency's list of revoked certificates, signed by its root."""
    listed = Revocations(region="32.09", issued="2023-10-25", revoked=entries)
    data, signature = revocations.sign(listed, of.root.key, of.root.pem)
    return {revocations.NAME: data, published.signature_name(revocations.NAME): signature}


@dataclass(frozen=True)
class Logged:
    """The server's log with its head, and a head from before its last entry."""

    public: Files
    auditors: Files
    kept: bytes
    entries: tuple[bytes, ...]


def log(
    of: Scene, public: Files, auditors: Files, edit: Callable[[list[dict[str, object]]], None] | None = None
) -> Logged:
    """The log that notes just these files; ``edit`` changes its acts before they are chained and signed."""
    acts = _acts(of, public, auditors)
    if edit is not None:
        edit(acts)
    entries: list[bytes] = []
    prev = GENESIS
    for seq, act in enumerate(acts):
        kind = str(act.pop("kind"))
        entries.append(act_log.encode(seq, prev, at=DAY, actor="panitia", kind=kind, event=act))  # type: ignore[arg-type]
        prev = sha256(entries[-1])
    return Logged(
        public={
            published.LOG_LEAVES: act_log.leaves(entries),
            published.CHECKPOINT: head(of.tally, entries),
            published.LOG_CERTIFICATE: of.tally.pem,
        },
        auditors={published.LOG: act_log.export(entries)},
        kept=head(of.tally, entries[:-1]),
        entries=tuple(entries),
    )


def _acts(of: Scene, public: Files, auditors: Files) -> list[dict[str, object]]:
    acts: list[dict[str, object]] = []
    for name, data in auditors.items():
        number = int(name[3:5])
        kind = "report-imported" if name.endswith(".epr") else "desk-book-imported"
        acts.append({"kind": kind, "uuid": of.uuid(number), "sha256": sha256(data)})
    for number in of.elections:
        uuid = of.uuid(number)
        result = public.get(published.station_result_name(uuid))
        archive = public.get(published.archive_name(uuid))
        if result is not None and archive is not None:
            acts.append({"kind": "result-signed", "uuid": uuid, "sha256": sha256(result), "archive": sha256(archive)})
    return acts


def head(signer: Pair, entries: Sequence[bytes]) -> bytes:
    """A checkpoint over these entries."""
    hashes = [leaf_hash(entry) for entry in entries]
    origin = act_log.log_name(Holder(Role.TALLY, CODE).uri, hashes)
    made = checkpoint.Checkpoint(origin, len(entries), root_of_hashes(hashes))
    return checkpoint.sign(made, signer.key).serialise()


def recount(of: Scene, number: int, ballots: Sequence[bytes]) -> dict[int, Parts]:
    """All boards, that of one station holding (and truly counting) other ballots."""
    return {**of.boards, number: board(of.elections[number], sorted(ballots, key=tracker))}


def relogged(of: Scene, made: Night, *, from_start: bool = False) -> Night:
    """``made`` with a log that fits it, as whoever holds the server's key would write it. The head that an auditor kept
    stays, unless the lie was in the log ``from_start``."""
    reports = {name: data for name, data in made.auditors.items() if name != published.LOG}
    logged = log(of, made.public, reports)
    return made.but(logged.public, logged.auditors, kept=logged.kept if from_start else made.kept)


def result_files(of: Scene, boards: Mapping[int, Parts]) -> list[published.StationResult]:
    return [station_result(of, number, parts) for number, parts in boards.items()]
