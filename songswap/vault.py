"""What must not lie open on disk: tokens are sealed here, and the instance's own secret is made once and kept."""

import base64
import contextlib
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from songswap.store import StoreError, sync_folder

KEY_FILE = "secret.key"
MIN_SECRET_LENGTH = 32


class UnsealableError(Exception):
    """A sealed text was made with a key that is not known any more; the person has to log in again."""


class Vault:
    """Seals and unseals texts with keys derived from `secret`; several, separated by commas, allow a change of key.

    The first one seals, each of them unseals. What was sealed for one `purpose` (at most 16 bytes long) can't be
    unsealed for another: what a browser is given to keep is worth nothing anywhere else.
    """

    def __init__(self, secret: str, purpose: str = "seal") -> None:
        self._secrets = [part.strip() for part in secret.split(",")]
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(self.derive(purpose, s))) for s in self._secrets])

    def sealing(self, purpose: str) -> "Vault":
        """The same secrets, sealing for another purpose."""
        return Vault(",".join(self._secrets), purpose)

    def derive(self, purpose: str, secret: str | None = None) -> bytes:
        """32 bytes for one purpose (at most 16 bytes long), so that the same secret never serves two."""
        return hashlib.blake2b((secret or self._secrets[0]).encode(), person=purpose.encode(), digest_size=32).digest()

    def seal(self, text: str) -> str:
        """`text`, encrypted and signed."""
        return self._fernet.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """The text that was sealed. Raises UnsealableError when no known key fits."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise UnsealableError("sealed with another secret_key") from None


def open_vault(secret_key: str, store: Path) -> Vault:
    """The vault with the configured `secret_key`, or with the secret kept in `store` where that is empty."""
    return Vault(secret_key or keep_secret(store))


def keep_secret(store: Path) -> str:
    """The instance's secret from `store`, made on first use; safe when two processes start on an empty store at once.

    Raises StoreError.
    """
    path = store / KEY_FILE
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise StoreError(f"{path} can't be used: {error.strerror}") from error
    except UnicodeDecodeError:
        secret = ""
    if len(secret) < MIN_SECRET_LENGTH:
        raise StoreError(f"{path} is broken: bring it back from a backup, or remove it and let everybody log in again")
    return secret


def _make_secret(path: Path) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):  # the other process was quicker
        os.link(fresh, path)
    fresh.unlink()
    sync_folder(path.parent)
