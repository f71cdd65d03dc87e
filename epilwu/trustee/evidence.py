"""What is wrong with what was published in a ceremony, seat by seat: who, and in which of the messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from epilwu.protocol import pedersen
from epilwu.protocol.errors import CeremonyRefused, ProtocolError
from epilwu.protocol.trustees import Certificate, TrusteeSet
from epilwu.trustee import trial
from epilwu.trustee.errors import seat_of, words_of
from epilwu.trustee.plan import Plan


@dataclass(frozen=True, slots=True)
class Fault:
    """``what`` (Indonesian) is wrong with what holder ``seat`` published; ``seat`` 0 where it cannot be one alone."""

    seat: int
    what: str


def certificate_faults(plan: Plan, present: Mapping[int, bytes]) -> tuple[Fault, ...]:
    """Certificates by seat: each by itself, its numbers against the plan's, and all against each other."""

    def check(index: int) -> None:
        context = pedersen.read_certificate(present[index], index).context
        if (context.threshold, context.size) != (plan.threshold, plan.size):
            raise CeremonyRefused(f"made for {context.threshold} of {context.size} trustees")

    faults = _each(sorted(present), check)
    if not faults and len(present) == plan.size:
        faults = _together(lambda: pedersen.read_certificates([present[index] for index in sorted(present)]))
    return faults


def dealing_faults(certificates: Sequence[bytes], present: Mapping[int, bytes]) -> tuple[Fault, ...]:
    """The public side of dealings; a wrong share is sealed, and shows to its receiver alone."""
    read = pedersen.read_certificates(certificates)
    faults = _each(sorted(present), lambda index: pedersen.read_dealing(read, index, present[index]))
    if not faults and len(present) == len(read):
        faults = _together(lambda: pedersen.read_dealings(read, [present[index] for index in sorted(present)]))
    return faults


def acceptance_faults(
    certificates: Sequence[bytes], dealings: Sequence[bytes], present: Mapping[int, bytes]
) -> tuple[Fault, ...]:
    """The public keys that holders published."""
    read: tuple[Certificate, ...] = pedersen.read_certificates(certificates)
    dealt = pedersen.read_dealings(read, dealings)
    return _each(sorted(present), lambda index: pedersen.read_acceptance(read, dealt, index, present[index]))


def trial_faults(trustees: TrusteeSet, present: Mapping[int, bytes]) -> tuple[Fault, ...]:
    """Shares of the test sum."""
    found = ((owner, trial.share_fault(trustees, owner, data)) for owner, data in sorted(present.items()))
    return tuple(Fault(owner, what) for owner, what in found if what is not None)


def _each(indices: Sequence[int], check: Callable[[int], object]) -> tuple[Fault, ...]:
    faults = []
    for index in indices:
        try:
            check(index)
        except ProtocolError as error:
            faults.append(Fault(index, words_of(error)))
    return tuple(faults)


def _together(check: Callable[[], object]) -> tuple[Fault, ...]:
    try:
        check()
    except ProtocolError as error:
        return (Fault(seat_of(error), words_of(error)),)
    return ()
