"""What a person's profile says, as its owner edits it and as others see it."""

from typing import get_args

from songswap.documents import Account
from songswap.model import Audience, Picture, Profile, Section, Struct
from songswap.web.errors import ProblemError
from songswap.web.resources import Resources
from songswap.web.sight import profile_of


class ProfileState(Struct, frozen=True):
    """My profile: `name` is empty for the one at Spotify (`shown_name` is what others see). `link_url` is its public
    link, if there is one; it shows what is for `link`.
    """

    account: str
    handle: str
    shown_name: str
    image_url: str | None
    name: str
    about: str
    picture: Picture
    audience: Audience
    sections: dict[Section, Audience]
    link_url: str | None


def profile_state(here: Resources, account: str) -> ProfileState:
    """The profile of `account`, for themselves. Raises ProblemError (401) if they are gone."""
    person, profile = here.directory.get(account), profile_of(here, account)
    if person is None:
        raise ProblemError(401, "not_logged_in", "Log in with Spotify first.")
    return ProfileState(
        account=account,
        handle=person.handle,
        shown_name=person.display_name,
        image_url=person.image_url,
        name=profile.name,
        about=profile.about,
        picture=profile.picture,
        audience=profile.audience,
        sections={section: profile.sections.get(section, "me") for section in get_args(Section)},
        link_url=link_of(here, person, profile),
    )


def link_of(here: Resources, person: Account, profile: Profile) -> str | None:
    """The public link of a profile, if there is one."""
    path = f"/people/{person.handle}/{profile.link_secret}"
    return f"{here.config.server.url}{path}" if profile.link_secret else None
