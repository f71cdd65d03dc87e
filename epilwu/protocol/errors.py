"""What the protocol refuses. Messages are English: they are read by experts and quoted in reports."""

from __future__ import annotations

from epilwu.errors import EpilwuError


class ProtocolError(EpilwuError):
    """Root of the protocol's refusals."""

    code = "protocol"


class MalformedElement(ProtocolError):
    """A string or byte string is not the canonical encoding of an allowed element of the prime-order subgroup."""

    code = "element-malformed"


class MalformedScalar(ProtocolError):
    """A string is not a canonical decimal below the group order."""

    code = "scalar-malformed"


class NotCanonical(ProtocolError):
    """Bytes are not the one serialisation of what they parse to."""

    code = "not-canonical"


class ElectionRefused(ProtocolError):
    """An election's description is well-formed JSON but not an election that this program can run or verify."""

    code = "election-refused"


class TokenRefused(ProtocolError):
    """A text is not a voting token. The message never repeats the text."""

    code = "token-malformed"


class CredentialsRefused(ProtocolError):
    """A list of public credentials has an invalid, weighted or foreign entry, or is empty or too long."""

    code = "credentials-refused"


class CredentialRepeated(CredentialsRefused):
    """A list names one credential twice: its holder could be taken for two voters."""

    code = "credentials-repeated"


class VectorRefused(ProtocolError):
    """A choice is not one that the question allows. The message never repeats the choice."""

    code = "vector-refused"


class BallotRefused(ProtocolError):
    """Root of the reasons for which a ballot does not count; ``where`` names the field."""

    code = "ballot-refused"


class BallotNotCanonical(BallotRefused):
    """The bytes are not the one serialisation of a ballot: other fields, order, white space, repeated keys, length."""

    code = "ballot-not-canonical"


class BallotForeign(BallotRefused):
    """The ballot names another election's uuid."""

    code = "ballot-election-uuid"


class BallotOtherElection(BallotRefused):
    """The ballot's election hash is not this election's fingerprint."""

    code = "ballot-election-hash"


class BallotShape(BallotRefused):
    """The wrong number of choices or of proofs for this question."""

    code = "ballot-shape"


class BallotElement(BallotRefused):
    """A string is not the canonical encoding of a point of the prime-order subgroup."""

    code = "ballot-element"


class BallotIdentity(BallotRefused):
    """The identity stands where it would make a proof or a signature empty."""

    code = "ballot-identity"


class BallotScalar(BallotRefused):
    """A challenge or response is not a canonical decimal below the group order."""

    code = "ballot-scalar"


class BallotCredentialUnknown(BallotRefused):
    """The credential is not on the election's list."""

    code = "ballot-credential-unknown"


class BallotHash(BallotRefused):
    """The signed hash is not the hash of the ballot's content."""

    code = "ballot-hash"


class BallotSignature(BallotRefused):
    """The signature does not prove knowledge of the credential's secret."""

    code = "ballot-signature"


class BallotIndividualProof(BallotRefused):
    """A choice is not proved to encrypt 0 or 1."""

    code = "ballot-individual-proof"


class BallotOverallProof(BallotRefused):
    """The number of chosen answers is not proved to be allowed."""

    code = "ballot-overall-proof"


class BallotBlankProof(BallotRefused):
    """The ballot is not proved to be either blank or not, never both."""

    code = "ballot-blank-proof"


class TrusteesRefused(ProtocolError):
    """Root of the reasons to refuse a list of trustees; ``where`` names the trustee (1-based over all, in order)."""

    code = "trustees-refused"


class TrusteeKeyRefused(TrusteesRefused):
    """A trustee's key is malformed, the identity, or not what the published polynomials give."""

    code = "trustee-key"


class TrusteeKeyRepeated(TrusteesRefused):
    """Two trustees show one key: one of them is not there."""

    code = "trustee-key-repeated"


class TrusteeProofRefused(TrusteesRefused):
    """A trustee's key comes without a valid proof of knowing its secret."""

    code = "trustee-proof"


class TrusteeSignatureRefused(TrusteesRefused):
    """Something published in a trustee's name is not signed by that trustee."""

    code = "trustee-signature"


class ThresholdRefused(TrusteesRefused):
    """The numbers of a group do not fit its threshold, or fewer trustees than it says could decrypt."""

    code = "trustees-threshold"


class TrusteeUnknown(ProtocolError):
    """No trustee has this number."""

    code = "trustee-unknown"


class CeremonyRefused(ProtocolError):
    """Root of the reasons to refuse a message of the trustees' key ceremony; ``where`` names its maker."""

    code = "ceremony-refused"


class SeedRefused(CeremonyRefused):
    """A text is not a trustee's seed, or not the seed of this certificate. The message never repeats it."""

    code = "ceremony-seed"


class SealedMessageRefused(CeremonyRefused):
    """A message between trustees cannot be opened, is unsigned, or is meant for somebody else."""

    code = "ceremony-sealed-message"


class DealtShareRefused(CeremonyRefused):
    """A dealer's share does not fit the dealer's own published coefficients: ``where`` names the dealer."""

    code = "ceremony-dealt-share"


class TallyRefused(ProtocolError):
    """An encrypted tally is malformed, or not this election's."""

    code = "tally-refused"


class DecryptionRefused(ProtocolError):
    """Root of the reasons to refuse a partial decryption; ``where`` names the trustee."""

    code = "decryption-refused"


class DecryptionForeign(DecryptionRefused):
    """A share file or side file is about another election or another encrypted tally."""

    code = "decryption-foreign"


class DecryptionKeyRefused(DecryptionRefused):
    """The secret at hand is not the one behind the trustee's published key."""

    code = "decryption-key"


class DecryptionProofRefused(DecryptionRefused):
    """A factor is not proved by Belenios's rule to come from the trustee's key."""

    code = "decryption-proof"


class BoundProofRefused(DecryptionRefused):
    """A factor is not proved by E-Pilwu's rule to come from the trustee's key and this very ciphertext."""

    code = "decryption-bound-proof"


class FactorsInconsistent(DecryptionRefused):
    """More factors than needed, and they do not lie on one polynomial; ``where`` names the odd one, if it is known."""

    code = "decryption-inconsistent"


class TrusteesMissing(ProtocolError):
    """Too few trustees have decrypted; the message names those who have not."""

    code = "trustees-missing"


class ResultOutOfRange(ProtocolError):
    """A decrypted count is not between 0 and the number of ballots."""

    code = "result-out-of-range"
