"""One long piece of work at a time, beside the pages: a page shows how far it is and never waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from epilwu.errors import EpilwuError

_LOG = logging.getLogger(__name__)
PATIENCE = 0.6  # seconds that an answer is kept back: work that takes less needs no page of its own


@dataclass(frozen=True, slots=True)
class Notice:
    """What the next page says once, on top: ``good`` news or a refusal, what happened, and what to do."""

    good: bool
    what: str
    todo: str = ""
    where: str = ""

    @staticmethod
    def of(error: EpilwuError) -> Notice:
        """A refusal in its own words."""
        # Of a path, the stick's name and the file's are what people can use.
        where = "/".join(error.where.split("/")[-2:]) if error.where.startswith("/") else error.where
        return Notice(False, error.what, error.todo, where)


@dataclass(frozen=True, slots=True)
class Work:
    """``run`` gives the good news; ``title`` says what goes on; ``then`` and ``back`` are the pages to go to after it
    succeeded or was refused. ``run`` may hold an opening code, so the work is forgotten when it ends."""

    title: str
    run: Callable[[], Notice | None] = field(repr=False)
    then: str
    back: str


class Worker:
    """Runs one ``Work`` in a thread; ``notice`` is taken by the page that shows it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._notice: Notice | None = None
        self._lines: tuple[str, ...] = ()
        self._title = ""
        self._goal = "/"

    @property
    def busy(self) -> bool:
        """Whether work is going on."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    @property
    def title(self) -> str:
        """What the last work is or was."""
        return self._title

    @property
    def lines(self) -> tuple[str, ...]:
        """What has been said of it so far."""
        return self._lines

    @property
    def goal(self) -> str:
        """The page to show now that it has ended."""
        return self._goal

    def say(self, line: str) -> None:
        """Tell the people one more line of progress."""
        self._lines = (*self._lines, line)

    def tell(self, notice: Notice) -> None:
        """Leave a notice for the next page."""
        self._notice = notice

    def take_notice(self) -> Notice | None:
        """The notice, once."""
        with self._lock:
            notice, self._notice = self._notice, None
            return notice

    def start(self, work: Work) -> bool:
        """Begin ``work`` and wait ``PATIENCE`` for it; False, changing nothing, if another is going on."""
        with self._lock:
            if self.busy:
                return False
            self._lines, self._title, self._goal, self._notice = (), work.title, work.back, None
            thread = self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
            thread.start()
        thread.join(PATIENCE)
        return True

    def _run(self, work: Work) -> None:
        try:
            self._notice = work.run()
            self._goal = work.then
        except EpilwuError as error:
            self._notice = Notice.of(error)
        except Exception as error:
            _LOG.error("work beside the pages: %s", type(error).__name__)  # the kind alone: no code may reach a log
            self._notice = Notice(
                False,
                "Terjadi kesalahan di dalam program.",
                "Tidak ada yang hilang. Ulangi langkah ini; bila terjadi lagi, jalankan ulang program.",
            )
