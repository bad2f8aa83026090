import pytest

from songswap.core.kit.secret_links import fits, hash_of, lasting, made, opens
from songswap.model.durations import DAY_MS
from songswap.model.links import SecretLink


@pytest.mark.parametrize(
    ("secret", "now_ms", "is_open"),
    [
        ("abc", 0.0, True),
        ("abc", 9.9, True),
        ("abc", 10.0, False),
        ("abd", 0.0, False),
        ("", 0.0, False),
        ("äöü", 0.0, False),
    ],
)
def test_a_link_opens_with_its_secret_until_its_time_is_over(secret: str, now_ms: float, is_open: bool) -> None:
    assert opens(made("abc", "sealed", 10.0), secret, now_ms) is is_open


def test_what_is_kept_of_a_link_does_not_open_it() -> None:
    link = made("abc", "sealed", 10.0)
    assert "abc" not in str(link)
    assert not any(opens(link, kept, 0.0) for kept in (link.secret_hash, link.sealed, hash_of(link.secret_hash)))


@pytest.mark.parametrize("link", [None, SecretLink(), SecretLink(expires_at_ms=99.0)])
@pytest.mark.parametrize("secret", ["", "None", hash_of("")])
def test_no_secret_opens_what_is_no_link(link: SecretLink | None, secret: str) -> None:
    assert not opens(link, secret, 0.0)


def test_the_link_of_an_old_store_opens_as_it_did() -> None:
    assert fits(SecretLink(secret="abc", expires_at_ms=10.0), "abc")
    assert not fits(SecretLink(secret="abc", expires_at_ms=10.0), "abd")


def test_a_link_that_goes_on_stays_the_same_with_all_its_life_before_it() -> None:
    link = made("abc", "sealed", 10.0)
    assert opens(lasting(link, 20.0, DAY_MS), "abc", 20.0 + DAY_MS - 1)
