"""What must not lie open on disk."""

import stat
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.store import StoreError
from songswap.vault import UnsealableError, Vault, keep_secret
from tests.store.notes import keep_secrets, processes, start

OLD, NEW = "o" * 32, "n" * 32


@given(text=st.text())
def test_what_is_sealed_can_be_unsealed_and_not_be_read(text: str) -> None:
    sealed = Vault(OLD).seal(text)
    assert Vault(OLD).unseal(sealed) == text
    assert len(text) < 4 or text not in sealed


def test_a_secret_can_be_changed_with_the_old_one_behind() -> None:
    sealed = Vault(OLD).seal("token")
    both = Vault(f"{NEW}, {OLD}")
    assert both.unseal(sealed) == "token"
    assert Vault(NEW).unseal(both.seal("token")) == "token"


@pytest.mark.parametrize(
    "sealed",
    [
        pytest.param("", id="nothing"),
        pytest.param("ä", id="not sealed"),
        pytest.param(Vault(OLD).seal("token"), id="another secret"),
        pytest.param(Vault(NEW).seal("token")[:-3], id="cut off"),
        pytest.param(Vault(NEW).seal("token").swapcase(), id="altered"),
    ],
)
def test_what_does_not_fit_is_refused(sealed: str) -> None:
    with pytest.raises(UnsealableError):
        Vault(NEW).unseal(sealed)


def test_every_purpose_has_a_key_of_its_own() -> None:
    purposes = ("seal", "cookies", "invites")
    keys = [Vault(secret).derive(purpose) for purpose in purposes for secret in (OLD, NEW)]
    assert all(one != other for one, other in combinations(keys, 2))
    assert {len(key) for key in keys} == {32}
    assert Vault(OLD).derive("cookies") == Vault(f"{OLD},{NEW}").derive("cookies")


def test_the_secret_is_made_once_for_the_owner_alone(tmp_path: Path) -> None:
    secret = keep_secret(tmp_path)
    assert len(secret) >= 32
    assert keep_secret(tmp_path) == secret
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_processes_that_start_at_once_keep_the_same_secret(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(50)]
    for folder in folders:
        folder.mkdir()
    at_once = processes.Barrier(3)
    makers = [start(keep_secrets, folders, at_once) for _ in range(3)]
    first, *others = [made.recv() for _, made in makers]
    for maker, _ in makers:
        maker.join()
    assert len(set(first)) == len(folders)
    assert all(secrets == first for secrets in others)
    assert [len(list(folder.iterdir())) for folder in folders] == [1] * len(folders)


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 64])
def test_a_broken_secret_is_said_and_not_made_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret.key").write_bytes(content)
    with pytest.raises(StoreError, match=r"secret\.key is broken: bring it back from a backup"):
        keep_secret(tmp_path)
    assert (tmp_path / "secret.key").read_bytes() == content


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"gone/secret\.key can't be used: No such file"):
        keep_secret(tmp_path / "gone")
