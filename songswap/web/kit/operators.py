"""Who looks after this SongSwap, as the configuration says."""

from songswap.documents import Account
from songswap.web.kit.access import me
from songswap.web.kit.errors import MESSAGE_OF_STATUS, ProblemError
from songswap.web.kit.services import Services


def is_operator(services: Services, account: Account) -> bool:
    """Whether `account` is named in `[server] operators`."""
    return account.user_id in services.config.server.operators


def operators(services: Services) -> tuple[str, ...]:
    """The accounts of all operators who have logged in. Raises StoreError."""
    if not services.config.server.operators:
        return ()
    return tuple(one.id for one in services.directory.everybody() if is_operator(services, one))


def operator(services: Services) -> Account:
    """The one who asks, if they are an operator. Raises ProblemError (404: nobody else learns of the page)."""
    if not is_operator(services, me()):
        raise ProblemError(404, "not_found", MESSAGE_OF_STATUS[404])
    return me()
