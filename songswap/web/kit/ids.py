"""Names nobody can guess."""

import secrets
import string

ID_ALPHABET = string.ascii_lowercase + string.digits


ID_LENGTH = 12


def new_id() -> str:
    """A random name for an account or a group."""
    return "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH))
