"""Links that open by a secret in their address."""

from songswap.model.struct import Struct


class SecretLink(Struct, frozen=True):
    """Whoever knows the secret comes in until `expires_at_ms`.

    The secret is not readable at rest: `secret_hash` is what it is known by, `sealed` what its own page shows it from.
    `secret` is empty but in stores of before, in which it lies in plain until the next start.
    """

    secret_hash: str = ""
    expires_at_ms: float = 0.0
    sealed: str = ""
    secret: str = ""
