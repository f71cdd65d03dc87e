"""What does not change during a booth's day: its package, checked and opened, as the session needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.booth.seal import RegisterSeal
from epilwu.booth.session import Choices
from epilwu.booth.states import Refusal
from epilwu.election.definition import Definition, definition_hash
from epilwu.media.booth_keys import BoothKeys
from epilwu.media.booth_package import BoothPackage
from epilwu.protocol.credential import Credential, Token, derive, parse_credentials
from epilwu.protocol.election_json import BeleniosElection
from epilwu.protocol.errors import TokenRefused
from epilwu.receipt.escpos import PaperEnd, PaperWidth
from epilwu.receipt.layout import Place
from epilwu.trust.certificates import Holder, VerifiedCertificate, check_certificate
from epilwu.trust.pin import PinVerifier

_OUR_OTHER_CODES = ("EPW1:", "EPC1:")
_TRACKER_LENGTH = 43


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this booth is run. Times in seconds; they only ever inform or call officers, none of them casts.

    ``tracker_slips``: whether voters may take home a paper with their tracker. ``signers``: lines for signatures on
    the reports. ``languages``: which are on, the first being the one that the first screen speaks; with more than one,
    each voter is asked. ``unchecked_languages``: also such as hold words that no native speaker has checked.
    ``remind_seconds`` without a touch: the voter is asked whether anybody is there; ``idle_seconds``: officers are
    called. With the spoken guide on, all of these times are ``listening`` times as long. ``spoken``: whether there is a
    guide; a booth whose sound others could hear must not have one.
    ``paper_reserve``: dots of paper (8 a millimetre) that surely are left when the printer first says that its roll
    is near its end; no session starts that may need more.
    """

    paper: PaperWidth = PaperWidth.MM58
    paper_end: PaperEnd = PaperEnd.CUT
    paper_reserve: int = 8_000
    tracker_slips: bool = False
    done_seconds: float = 8.0
    refused_seconds: float = 12.0
    remind_seconds: float = 60.0
    idle_seconds: float = 120.0
    listening: float = 2.0
    spoken: bool = True
    typing_seconds: float = 60.0
    view_seconds: float = 45.0
    languages: tuple[str, ...] = ("id",)
    unchecked_languages: bool = False
    signers: tuple[str, ...] = ("Ketua KPPS", "Saksi", "Saksi")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoothSetup:
    """One booth of one election, with its keys. Made by ``from_package``."""

    package: BoothPackage = field(repr=False)
    definition: Definition
    definition_hash: str
    election: BeleniosElection
    certificate: VerifiedCertificate
    device_key: Ed25519PrivateKey = field(repr=False)
    seal: RegisterSeal
    verifiers: Mapping[int, PinVerifier] = field(repr=False)
    station_credentials: frozenset[str] = field(repr=False)
    booth_credentials: frozenset[str] = field(repr=False)
    photos: Mapping[int, bytes] = field(repr=False)

    @property
    def place(self) -> Place:
        """Where the booth stands, as every paper says it."""
        return Place(
            title=self.definition.title,
            village=self.definition.village,
            station=self.package.station,
            booth=self.package.booth,
            rehearsal=self.definition.rehearsal,
        )

    @property
    def holder(self) -> Holder:
        """Whom the device's certificate names."""
        return self.certificate.holder

    @property
    def identity(self) -> str:
        """What binds both media to this booth: the fingerprint of its certificate, 64 hex digits."""
        return self.certificate.fingerprint

    @property
    def choices(self) -> Choices:
        """What a voter may choose."""
        return Choices(len(self.definition.candidates), self.definition.blank)

    def classify(self, text: str) -> Credential | Refusal:
        """The key pair of a token that belongs to this booth, or why the text is refused. Says nothing of its use."""
        try:
            token = Token.parse(text.strip())
        except TokenRefused:
            return Refusal.NOT_A_TOKEN if _is_other_code(text) else Refusal.MALFORMED
        credential = derive(token, self.election.uuid)
        if credential.public_hex in self.booth_credentials:
            return credential
        return Refusal.OTHER_BOOTH if credential.public_hex in self.station_credentials else Refusal.OTHER_ELECTION

    def name_of(self, choice: int) -> str | None:
        """The candidate's name, None for a blank choice."""
        return self.definition.candidate(choice).name if choice else None


def from_package(package: BoothPackage, keys: BoothKeys) -> BoothSetup:
    """The setup of a package that ``booth_package.read`` has checked, its keys unsealed by two officers."""
    definition = package.parsed_definition()
    certificate = check_certificate(
        package.certificate_pem, package.root_pem, at=definition.day, holder=package.holder()
    )
    photos = ((candidate.ballot_number, package.photo(candidate)) for candidate in definition.candidates)
    return BoothSetup(
        package=package,
        definition=definition,
        definition_hash=definition_hash(package.definition),
        election=BeleniosElection.parse(package.election),
        certificate=certificate,
        device_key=keys.device,
        seal=RegisterSeal(keys.register, bytes.fromhex(certificate.fingerprint)),
        verifiers=keys.verifiers,
        station_credentials=frozenset(parse_credentials(package.credentials, bare=True)),
        booth_credentials=frozenset(parse_credentials(package.booth_credentials, bare=True)),
        photos={number: photo for number, photo in photos if photo is not None},
    )


def _is_other_code(text: str) -> bool:
    """Whether ``text`` is another of our own codes: an audit slip, a report, a tracker."""
    return text.startswith(_OUR_OTHER_CODES) or (len(text) == _TRACKER_LENGTH and "-" not in text)
