"""Whose history it is."""

import argparse
from typing import TYPE_CHECKING

from songswap.documents import ACCOUNT
from songswap.store import Store

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Commands = object


class UnknownAccountError(Exception):
    """There is no such account; the message names those there are."""


def known(store: Store, account: str) -> str:
    """`account`, if there is one of that id. Raises UnknownAccountError, UnfitNameError, StoreError."""
    if store.read(ACCOUNT, account) is not None:
        return account
    there = [(name, store.read(ACCOUNT, name)) for name in store.names("accounts")]
    listed = "".join(f"\n  {name}  {one.display_name}" for name, one in there if one is not None)
    raise UnknownAccountError(
        f"There is no account {account}. " + (f"There are:{listed}" if listed else "There is none.")
    )
