"""People as they are named beside what they did."""

from songswap.documents import Account
from songswap.model.struct import Struct


class AuthorState(Struct, frozen=True):
    """A person as they are named beside what they wrote."""

    id: str
    name: str
    handle: str
    image_url: str | None


def author_state(account: Account | None) -> AuthorState | None:
    """A person beside what they wrote; None for somebody who is gone."""
    if account is None:
        return None
    return AuthorState(account.id, account.display_name, account.handle, account.image_url)
