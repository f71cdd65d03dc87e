"""One box's scanning session: what people at the table do, each act durable before it is shown.

A session is a folder with one file (``store``); it can be opened again after any power cut and goes on where it stood.
What a commit did not return for was not recorded, and nobody was told that it was. Reading QR codes is reconciliation,
not an audit: the voter read the text (see ``epilwu.audit.words.TEXT_ANSWER``).
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Final

from epilwu.audit.scan import events, refusals
from epilwu.audit.scan.events import (
    BundleClosed,
    BundleReopened,
    Event,
    HandCounted,
    Opened,
    PaperSeen,
    PaperSetAside,
    Source,
    TypedIn,
)
from epilwu.audit.scan.pictures import ScannedPicture, read_bytes
from epilwu.audit.scan.state import Bundle, Paper, ScanState, register_digest, same_person
from epilwu.audit.scan.store import ScanStore
from epilwu.audit.scan.summary import Summary, summarise
from epilwu.audit.scan.typed import Reading
from epilwu.audit.slips import SlipClass, SortedSlip, StationRegister

BUNDLE_SIZE: Final = 50
_WIB = timezone(timedelta(hours=7))
Plan = Callable[[ScanState], Iterator[Event]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Who opens which box by whose order: the definition's hash (hex), the box's label or seals, the order's number,
    the names of those who scan."""

    definition: str
    box: str
    order: str
    people: tuple[str, ...]
    bundle_size: int = BUNDLE_SIZE


def wib_now() -> datetime:
    """The time in Western Indonesia."""
    return datetime.now(UTC).astimezone(_WIB)


class ScanSession:
    """The open session of one box; safe to share between threads. ``create`` or ``open`` makes one."""

    def __init__(self, store: ScanStore, register: StationRegister, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._register = register
        self._clock = clock
        self._lock = threading.RLock()
        self._state = ScanState(register)

    @staticmethod
    def create(
        folder: Path, register: StationRegister, opening: Opening, clock: Callable[[], datetime] = wib_now
    ) -> ScanSession:
        """Begin a session in ``folder``. Raises ``SessionExists``, ``EntryRefused``, ``SessionBusy``."""
        opened = Opened(
            definition=opening.definition,
            uuid=register.uuid,
            station=register.station,
            register=register_digest(register),
            box=refusals.line(opening.box, "Kotak", events.NAME_LIMIT),
            order=refusals.line(opening.order, "Nomor perintah", events.NAME_LIMIT),
            people=refusals.people(opening.people, least=1),
            bundle_size=refusals.number(opening.bundle_size, "Isi bundel", 1, 1000),
            at=_moment(clock()),
        )
        ScanStore.create(folder, events.encode(0, events.FIRST_PREV, opened)).close()
        return ScanSession.open(folder, register, clock)

    @staticmethod
    def open(folder: Path, register: StationRegister, clock: Callable[[], datetime] = wib_now) -> ScanSession:
        """Go on with the session in ``folder``. Raises ``NoSession``, ``SessionDamaged``, ``SessionBusy``."""
        session = ScanSession(ScanStore.open(folder), register, clock)
        try:
            session.refresh()
        except BaseException:
            session.close()
            raise
        return session

    def close(self) -> None:
        """Let go of the file; nothing is lost."""
        self._store.close()

    def refresh(self) -> None:
        """Read what other programs entered meanwhile. Raises ``SessionDamaged``, ``SessionBusy``."""
        with self._lock:
            self._catch_up()

    def add_text(self, text: str, source: Source, *, sure: bool = False) -> Paper:
        """Enter a paper by the text that a scanner, a keyboard or a camera delivered.

        Raises ``ReadAgain`` for what no booth of this station can be shown to have signed, and ``JustSeen`` for the
        last paper's code once more (from a camera: any paper's), unless somebody is ``sure`` that this is what stands
        on another paper. Nothing is recorded then.
        """
        text = _text(text)

        def plan(state: ScanState) -> Iterator[Event]:
            if not sure:
                refusals.ask_again(state, text, source)
            yield self._paper(state, source, ScannedPicture("", (text,)))

        return self._papers(plan)[0]

    def add_unreadable(self) -> Paper:
        """Enter a paper from which nothing could be read; two people type it in later."""

        def plan(state: ScanState) -> Iterator[Event]:
            yield self._paper(state, Source.HAND, ScannedPicture("", ()))

        return self._papers(plan)[0]

    def add_image(self, name: str, data: bytes) -> tuple[Paper, ...]:
        """Enter the paper (or the pages of papers) of one picture file; see ``add_pictures``."""
        return self.add_pictures(read_bytes(name, data), Source.PICTURE)

    def add_pictures(
        self, pictures: Iterable[ScannedPicture], source: Source, *, fill_bundles: bool = False
    ) -> tuple[Paper, ...]:
        """Enter papers read from pictures in one transaction; those that are in already, by name and content, are not.

        With ``fill_bundles`` a full bundle is closed, to be counted by hand later, and the next begun.
        """
        listed = tuple(pictures)

        def plan(state: ScanState) -> Iterator[Event]:
            assert state.opened is not None
            for picture in [p for p in listed if not p.digest or state.holds_picture(_name(p), p.digest) is None]:
                yield self._paper(state, source, picture)
                bundle = state.current_bundle
                if fill_bundles and _scanned(state, bundle) >= state.opened.bundle_size:
                    yield BundleClosed(bundle=bundle, at=self._now())

        return self._papers(plan)

    def close_bundle(self, papers: int | None = None, person: str = "") -> Bundle:
        """The bundle being scanned is whole, with ``papers`` counted by hand by ``person`` (None: to be counted later).

        Raises ``EntryRefused`` where it is empty.
        """
        number = 0

        def plan(state: ScanState) -> Iterator[Event]:
            nonlocal number
            number = state.current_bundle
            if not _scanned(state, number):
                raise refusals.entry("Bundel ini masih kosong.", f"bundel {number}", "Pindai kertasnya dahulu.")
            yield BundleClosed(bundle=number, at=self._now())
            if papers is not None:
                yield self._hand_count(number, papers, person)

        self._write(plan)
        return self.bundle(number)

    def count_bundle(self, number: int, papers: int, person: str) -> Bundle:
        """Somebody counted bundle ``number`` by hand (again). Raises ``EntryRefused``."""

        def plan(state: ScanState) -> Iterator[Event]:
            self.bundle(number)
            yield self._hand_count(number, papers, person)

        self._write(plan)
        return self.bundle(number)

    def reopen_bundle(self, number: int, people: Sequence[str], reason: str) -> Bundle:
        """Have a bundle scanned anew: two people, one reason; its papers so far are set aside, none is deleted."""
        event = BundleReopened(
            bundle=number,
            people=refusals.people(people, least=2),
            reason=refusals.line(reason, "Alasan", events.REASON_LIMIT),
            at=self._now(),
        )

        def plan(_state: ScanState) -> Iterator[Event]:
            self.bundle(number)
            yield event

        self._write(plan)
        return self.bundle(number)

    def correct(self, paper: int, people: Sequence[str], reason: str) -> Paper:
        """Undo the entry of one paper: two people, one reason; it is set aside, and stays in the record."""
        event = PaperSetAside(
            paper=paper,
            people=refusals.people(people, least=2),
            reason=refusals.line(reason, "Alasan", events.REASON_LIMIT),
            at=self._now(),
        )

        def plan(_state: ScanState) -> Iterator[Event]:
            if self.paper(paper).set_aside is not None:
                raise refusals.entry("Kertas ini sudah dikesampingkan.", f"kertas {paper}", "Periksa nomornya.")
            yield event

        self._write(plan)
        return self.paper(paper)

    def type_in(self, paper: int, reader: str, choice: int | None, code: str | None) -> Paper:
        """One person's reading of an unreadable paper: choice (0 blank; None illegible), short code (None illegible).

        Raises ``EntryRefused`` for a paper that is not to be typed in, a reader who did so before, or a value that
        cannot stand on a slip of this station.
        """
        event = TypedIn(
            paper=paper,
            reader=refusals.line(reader, "Nama pembaca", events.NAME_LIMIT),
            choice=refusals.choice(choice, self._register),
            code=refusals.code(code),
            at=self._now(),
        )

        def plan(_state: ScanState) -> Iterator[Event]:
            refusals.check_typing(self.paper(paper), event.reader)
            yield event

        self._write(plan)
        return self.paper(paper)

    def papers_to_type(self, reader: str) -> tuple[Paper, ...]:
        """Unreadable papers that ``reader`` has not typed in and on which two people do not agree yet."""
        return tuple(
            paper
            for paper in self.papers()
            if paper.set_aside is None
            and paper.slip.slip_class is SlipClass.UNREADABLE
            and paper.reading is not Reading.AGREED
            and not any(same_person(reader, entry.reader) for entry in paper.entries)
        )

    def paper(self, number: int) -> Paper:
        """Paper ``number`` as it stands now. Raises ``EntryRefused``."""
        with self._lock:
            try:
                return self._state.paper(number)
            except KeyError:
                raise refusals.entry("Kertas ini tidak ada.", f"kertas {number}", "Periksa nomornya.") from None

    @property
    def bundle_size(self) -> int:
        """How many papers make a bundle."""
        assert self._state.opened is not None
        return self._state.opened.bundle_size

    def papers(self) -> tuple[Paper, ...]:
        """Every paper ever entered, in order, those set aside among them."""
        with self._lock:
            return self._state.papers

    def slips(self) -> tuple[SortedSlip, ...]:
        """Every paper that counts, for ``reconcile_station``."""
        with self._lock:
            return self._state.slips()

    def summary(self) -> Summary:
        """Where the session stands."""
        with self._lock:
            return summarise(self._state)

    @property
    def state(self) -> ScanState:
        """What the entries amount to; to be read only."""
        return self._state

    def entries(self) -> tuple[bytes, ...]:
        """Every entry's bytes, as stored; ``epilwu.audit.scan.state.replay`` reads them."""
        with self._lock:
            return tuple(data for _, data in self._store.entries(0))

    def _papers(self, plan: Plan) -> tuple[Paper, ...]:
        with self._lock:
            written = self._write(plan)
            return tuple(self.paper(event.paper) for event in written if isinstance(event, PaperSeen))

    def _write(self, plan: Plan) -> tuple[Event, ...]:
        """Append what ``plan`` yields, each event seeing the state after the one before, all in one transaction."""
        written: list[Event] = []
        with self._lock:
            try:
                with self._store.writing():
                    self._catch_up()
                    for event in plan(self._state):
                        data = events.encode(self._state.size, self._state.head, event)
                        self._store.append(self._state.size, data)
                        self._state.apply_entry(data, "entri baru")
                        written.append(event)
            except BaseException:
                if written:  # the state ran ahead of what was rolled back
                    self._state = ScanState(self._register)
                    self._catch_up()
                raise
        return tuple(written)

    def _catch_up(self) -> None:
        for seq, data in self._store.entries(self._state.size):
            self._state.apply_entry(data, f"{self._store.path}: entri {seq}")
        if self._state.opened is None:
            raise events.damaged("Sesi pemindaian kosong.", str(self._store.path))

    def bundle(self, number: int) -> Bundle:
        """Bundle ``number`` as it stands now. Raises ``EntryRefused``."""
        with self._lock:
            for bundle in self._state.bundles:
                if bundle.number == number:
                    return bundle
        raise refusals.entry("Bundel ini tidak ada.", f"bundel {number}", "Periksa nomornya.")

    def _hand_count(self, number: int, papers: int, person: str) -> HandCounted:
        return HandCounted(
            bundle=number,
            papers=refusals.number(papers, "Jumlah kertas", 0, events.MAX_PAPERS),
            person=refusals.line(person, "Nama penghitung", events.NAME_LIMIT),
            at=self._now(),
        )

    def _paper(self, state: ScanState, source: Source, picture: ScannedPicture) -> PaperSeen:
        last, texts = state.last, tuple(map(_text, picture.texts[: events.TEXTS_LIMIT]))
        return PaperSeen(
            paper=last.number + 1 if last else 1,
            bundle=state.current_bundle,
            source=source,
            picture=_name(picture),
            digest=picture.digest,
            texts=texts,
            certainty=picture.certainty,
            slip_class=state.class_of(state.examine(_name(picture), texts, picture.certainty)),
            at=self._now(),
        )

    def _now(self) -> str:
        return _moment(self._clock())


def _moment(at: datetime) -> str:
    return at.astimezone(_WIB).isoformat(timespec="seconds")


def _scanned(state: ScanState, number: int) -> int:
    return next((bundle.scanned for bundle in state.bundles if bundle.number == number), 0)


def _text(text: str) -> str:
    """A code's text as the record can hold it."""
    return text.encode("utf-8", "replace").decode("utf-8")[: events.TEXT_LIMIT]


def _name(picture: ScannedPicture) -> str:
    """The picture's name as the record can hold it; a name in no encoding is still a name."""
    text = picture.name.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", text)[: events.PICTURE_LIMIT]
