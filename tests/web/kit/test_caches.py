from pathlib import Path

from songswap.documents import ACCOUNT, Account
from songswap.store import Store
from songswap.web.kit.directory import Directory


def account(name: str, handle: str) -> Account:
    return Account(name, f"s-{name}", f"u-{name}", name.title(), "default", 0.0, handle=handle)


def test_people_are_found_by_id_and_by_handle_as_they_are_now(tmp_path: Path) -> None:
    store = Store(tmp_path, "server")
    directory = Directory(store)
    assert directory.get("ada") is None
    store.write(ACCOUNT, account("ada", "ada"), "ada")
    store.write(ACCOUNT, account("ben", "ben2"), "ben")
    assert directory.by_handle("BEN2") == account("ben", "ben2")
    assert [one.id for one in directory.everybody()] == ["ada", "ben"]
    store.write(ACCOUNT, account("ada", "countess"), "ada")
    assert directory.by_handle("ada") is None
    assert directory.get("ada") == account("ada", "countess")
    store.remove("accounts/{}", "ada")
    assert directory.get("ada") is None
