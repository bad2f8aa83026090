import pytest

from songswap.documents import Account
from songswap.model.profiles import Profile
from songswap.web.people.showing import shown

ACCOUNT = Account("a1", "s", "u", "?", "app", 0.0, spotify_name="Ada", spotify_image_url="https://i.scdn.co/x")


@pytest.mark.parametrize(
    ("profile", "name", "image"),
    [
        (Profile(), "Ada", "https://i.scdn.co/x"),
        (Profile(name="Countess"), "Countess", "https://i.scdn.co/x"),
        (Profile(picture="none"), "Ada", None),
        (Profile(picture="own", picture_id="p1"), "Ada", "/pictures/people/a1/p1"),
    ],
)
def test_people_are_shown_as_they_choose(profile: Profile, name: str, image: str | None) -> None:
    account = shown(ACCOUNT, profile, [ACCOUNT])
    assert (account.display_name, account.image_url) == (name, image)
