"""The printer: believed only when it answers, and never given a second chance to print an old slip."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from zxingcpp import read_barcodes

from epilwu.booth.devices.errors import PrinterFault, PrinterState
from epilwu.booth.devices.printer import Completion, EscPosPrinter, Printed, PrinterSettings, state_of
from epilwu.booth.standin.line import SerialLine
from epilwu.booth.standin.printer import PrinterStandIn
from epilwu.receipt.blocks import Layout, Text
from epilwu.receipt.escpos import PaperEnd, PaperWidth, render
from epilwu.receipt.layout import Place, audit_slip
from epilwu.receipt.slip import SlipPayload, new_nonce, sign_slip

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PLACE = Place("Pemilihan Kuwu 2027", "Lemahabang", 2, 1)


def slip(choice: int = 1, width: PaperWidth = PaperWidth.MM58, end: PaperEnd = PaperEnd.CUT) -> tuple[str, bytes]:
    """A slip's code and the bytes that print it."""
    text = sign_slip(SlipPayload("Lemah2DXs7mqP4", 1, choice, new_nonce()), KEY)
    return text, render(audit_slip(PLACE, text, f"Nama Calon {choice}"), width, end)


def codes(paper: Path) -> list[str]:
    with Image.open(paper) as picture:
        return [code.text for code in read_barcodes(picture.convert("L"))]


def wait_for(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 3
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()


def settings(path: Path, **given: object) -> PrinterSettings:
    values: dict[str, object] = {"reply_timeout": 0.4, "write_timeout": 0.4, "job_timeout": 5.0, **given}
    return PrinterSettings(str(path), **values)  # type: ignore[arg-type]


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[PrinterStandIn]:
    with PrinterStandIn(tmp_path / "printer", tmp_path / "papers") as made:
        yield made


@pytest.fixture
def printer(standin: PrinterStandIn) -> Iterator[EscPosPrinter]:
    made = EscPosPrinter(settings(standin.path))
    yield made
    made.close()


@pytest.mark.parametrize("width", list(PaperWidth))
@pytest.mark.parametrize("end", list(PaperEnd))
@pytest.mark.parametrize("rehearsal", [False, True])
def test_the_code_is_read_back_from_the_paper(
    tmp_path: Path, width: PaperWidth, end: PaperEnd, rehearsal: bool
) -> None:
    text = sign_slip(SlipPayload("Lemah2DXs7mqP4", 1, 3, new_nonce()), KEY)
    place = Place("Pemilihan Kuwu 2027", "Lemahabang", 2, 1, rehearsal)
    cutter = end is PaperEnd.CUT
    with PrinterStandIn(tmp_path / "printer", tmp_path / "papers", width=width, cutter=cutter) as standin:
        printer = EscPosPrinter(settings(standin.path, paper_end=end))
        assert printer.print(render(audit_slip(place, text, "Nama Calon Tiga"), width, end)) is Printed.CONFIRMED
        assert standin.misunderstood == []
        (paper,) = standin.papers()
        assert codes(paper) == [text]
        printer.close()


def test_a_run_of_slips_gives_a_paper_each(standin: PrinterStandIn, printer: EscPosPrinter) -> None:
    jobs = [slip(choice) for choice in range(1, 8)]
    for _, data in jobs:
        assert printer.print(data) is Printed.CONFIRMED
    assert sorted(code for paper in standin.papers() for code in codes(paper)) == sorted(text for text, _ in jobs)


@pytest.mark.parametrize(
    ("condition", "state"),
    [
        ({}, PrinterState.READY),
        ({"paper_dots": 100}, PrinterState.PAPER_LOW),
        ({"paper_dots": 0}, PrinterState.PAPER_OUT),
        ({"cover_open": True}, PrinterState.COVER_OPEN),
        ({"cover_open": True, "paper_dots": 0}, PrinterState.COVER_OPEN),
        ({"offline": True}, PrinterState.OFFLINE),
        ({"error": True}, PrinterState.ERROR),
        ({"silent": True}, PrinterState.SILENT),
        ({"deaf": True}, PrinterState.SILENT),
    ],
)
def test_each_state_is_told_apart(
    standin: PrinterStandIn, printer: EscPosPrinter, condition: dict[str, int], state: PrinterState
) -> None:
    standin.set(**condition)  # type: ignore[arg-type]
    assert printer.status() is state
    if state.can_print:
        assert printer.prepare() is state
    else:
        with pytest.raises(PrinterFault) as refused:
            printer.print(slip()[1])
        assert refused.value.state is state
        assert standin.papers() == []


def test_a_silent_printer_is_known_soon(standin: PrinterStandIn, printer: EscPosPrinter) -> None:
    standin.set(silent=True)
    started = time.monotonic()
    with pytest.raises(PrinterFault) as refused:
        printer.prepare()
    assert refused.value.state is PrinterState.SILENT
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("babble", [b"\x00", b"\xff", b"\x13", b"OK\r\n"])
def test_a_device_that_says_something_else_is_silent(tmp_path: Path, babble: bytes) -> None:
    """Some other device on the port, or noise: no byte that is not a status answer is taken for one."""
    line = SerialLine(tmp_path / "printer")
    line.plug()
    stop = threading.Event()

    def talk() -> None:
        while not stop.wait(0.002):
            try:
                if os.read(line.descriptor, 4096):
                    os.write(line.descriptor, babble)
            except BlockingIOError:
                pass

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        printer = EscPosPrinter(settings(line.path, answers_clear=False))
        assert printer.status() is PrinterState.SILENT
        with pytest.raises(PrinterFault):
            printer.prepare()
        printer.close()
    finally:
        stop.set()
        thread.join()
        line.pull()


def test_no_device_is_silent(tmp_path: Path) -> None:
    printer = EscPosPrinter(settings(tmp_path / "nothing"))
    assert printer.status() is PrinterState.SILENT
    with pytest.raises(PrinterFault) as refused:
        printer.print(b"")
    assert refused.value.state is PrinterState.SILENT


def test_a_printer_that_stops_taking_bytes_is_given_up(standin: PrinterStandIn, printer: EscPosPrinter) -> None:
    _, data = slip()
    threading.Timer(0.05, lambda: standin.set(deaf=True)).start()
    started = time.monotonic()
    with pytest.raises(PrinterFault) as refused:
        printer.print(data * 400)
    assert refused.value.state is PrinterState.SILENT
    assert time.monotonic() - started < 3


def test_a_printer_that_does_not_confirm_is_given_up(standin: PrinterStandIn) -> None:
    standin.set(answers_completion=False)
    printer = EscPosPrinter(settings(standin.path, job_timeout=0.5))
    with pytest.raises(PrinterFault) as refused:
        printer.print(slip()[1])
    assert refused.value.state is PrinterState.ERROR
    printer.close()


@pytest.mark.parametrize(
    ("completion", "printed"),
    [
        (Completion.PROCESS_ID, Printed.CONFIRMED),
        (Completion.STATUS, Printed.CONFIRMED),
        (Completion.NONE, Printed.UNCONFIRMED),
    ],
)
def test_each_way_of_completion(standin: PrinterStandIn, completion: Completion, printed: Printed) -> None:
    printer = EscPosPrinter(settings(standin.path, completion=completion))
    text, data = slip()
    assert printer.print(data) is printed
    assert wait_for(lambda: standin.last_paper is not None)
    assert codes(standin.papers()[0]) == [text]
    printer.close()


def test_what_nobody_clears_is_printed_late(standin: PrinterStandIn, printer: EscPosPrinter) -> None:
    """The control of the tests below: the stand-in does behave as badly as a real printer."""
    text, data = slip()
    assert printer.prepare() is PrinterState.READY
    standin.set(paper_dots=300)
    with standin.path.open("wb", buffering=0) as port:
        port.write(data[:4000])
        time.sleep(0.05)
        port.write(data[4000:8000])
        time.sleep(0.05)
        port.write(data[8000:12000])
        time.sleep(0.05)
        port.write(data[12000:])
    assert printer.status() is PrinterState.PAPER_OUT
    assert standin.papers() == []
    standin.new_roll()
    assert wait_for(lambda: bool(standin.papers()))
    assert codes(standin.papers()[0]) == [text]


@pytest.mark.parametrize("completion", [Completion.STATUS, Completion.PROCESS_ID])
def test_a_printer_that_comes_back_never_prints_the_old_slip(standin: PrinterStandIn, completion: Completion) -> None:
    printer = EscPosPrinter(settings(standin.path, completion=completion))
    old, data = slip(1)
    standin.set(paper_dots=250)  # ends within the slip
    started = time.monotonic()
    with pytest.raises(PrinterFault) as refused:
        printer.print(data)
    assert refused.value.state is PrinterState.PAPER_OUT
    assert time.monotonic() - started < 2, "a fault is seen before the job's own time is up"
    standin.new_roll()
    time.sleep(0.1)
    assert standin.papers() == [], "nothing comes out by itself"
    new, data = slip(2)
    assert printer.print(data) is Printed.CONFIRMED
    found = [codes(paper) for paper in standin.papers()]
    assert sorted(map(len, found)) == [0, 1], "the scrap, cut off and marked void, and the new slip"
    assert [new] in found and [old] not in found
    printer.close()


def test_a_new_process_clears_what_the_dead_one_left(standin: PrinterStandIn, printer: EscPosPrinter) -> None:
    old, data = slip(1)
    standin.set(offline=True)
    with standin.path.open("wb", buffering=0) as port:
        for start in range(0, len(data), 2000):
            port.write(data[start : start + 2000])
            time.sleep(0.01)
    standin.unplug()
    assert printer.status() is PrinterState.SILENT
    standin.plug()
    with pytest.raises(PrinterFault):
        printer.prepare()
    standin.set(offline=False)
    time.sleep(0.1)
    assert standin.papers() == []
    printer.void_scrap()
    new, data = slip(2)
    printer.print(data)
    found = [codes(paper) for paper in standin.papers()]
    assert [new] in found and [old] not in found and len(found) == 2


def test_a_broken_off_picture_is_filled_up_where_the_printer_cannot_clear(standin: PrinterStandIn) -> None:
    standin.set(answers_clear=False)
    printer = EscPosPrinter(settings(standin.path, answers_clear=False))
    text, data = slip(1)
    threading.Timer(0.02, lambda: standin.set(deaf=True)).start()
    with pytest.raises(PrinterFault):
        printer.print(data * 100)
    standin.set(deaf=False)
    time.sleep(0.1)
    before: set[Path] = set()
    while before != (before := set(standin.papers())):  # what this printer holds, nobody can take back
        time.sleep(0.2)
    new, data = slip(2)
    assert printer.print(data) is Printed.CONFIRMED
    assert standin.misunderstood == []
    after = [codes(paper) for paper in set(standin.papers()) - before]
    assert [new] in after and [text] not in after
    printer.close()


def test_what_the_system_holds_is_dropped_too(standin: PrinterStandIn) -> None:
    """The printer stops listening between the question and the job, so that the job waits in this machine."""
    standin.set(answers_clear=False)
    printer = EscPosPrinter(settings(standin.path, answers_clear=False))
    assert printer.prepare() is PrinterState.READY
    standin.set(deaf=True)
    with pytest.raises(PrinterFault):
        printer._run(render(Layout("test", (Text("Halo"),)), PaperWidth.MM58))
    standin.set(deaf=False)
    time.sleep(0.1)
    assert standin.papers() == []
    printer.close()


def test_a_printer_that_does_not_confirm_clearing_is_silent(standin: PrinterStandIn, printer: EscPosPrinter) -> None:
    standin.set(answers_clear=False)
    with pytest.raises(PrinterFault) as refused:
        printer.prepare()
    assert refused.value.state is PrinterState.SILENT


def test_unplugged_and_plugged_in_again(standin: PrinterStandIn, printer: EscPosPrinter) -> None:
    assert printer.prepare() is PrinterState.READY
    standin.unplug()
    assert printer.status() is PrinterState.SILENT
    with pytest.raises(PrinterFault):
        printer.print(slip()[1])
    standin.plug()
    assert printer.status() is PrinterState.READY
    assert printer.print(slip()[1]) is Printed.CONFIRMED


def test_every_answer_is_one_state_and_ready_needs_four_clean_ones() -> None:
    for values in [
        (p, o, e, r) for p in (0x12, 0x1A) for o in range(0x12, 0x80, 4) for e in (0x12, 0x16) for r in (0x12,)
    ]:
        state = state_of(*values)
        assert (state is PrinterState.READY) == (values[0] == 0x12 and not values[1] & 0x6C and values[2] == 0x12)


def test_the_fault_says_what_to_do_and_survives_a_process_border() -> None:
    import pickle

    faults = [PrinterFault(state, where="/dev/epilwu-printer") for state in PrinterState if not state.can_print]
    assert all(fault.what and fault.todo for fault in faults)
    assert all(a.what != b.what for a, b in pairwise(faults))
    copy = pickle.loads(pickle.dumps(faults[0]))
    assert (copy.state, copy.where) == (faults[0].state, faults[0].where)
