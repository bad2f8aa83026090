"""What a person's profile says, as its owner edits it and as others see it."""

from typing import get_args

from songswap.model.profiles import Audience, Picture, Section
from songswap.model.struct import Struct
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.secret_links import profile_link_of
from songswap.web.kit.services import Services
from songswap.web.people.viewer import profile_of


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
    link_expires_at_ms: float | None


def profile_state(services: Services, account: str) -> ProfileState:
    """The profile of `account`, for themselves. Raises ProblemError (401) if they are gone."""
    person, profile = services.directory.get(account), profile_of(services, account)
    if person is None:
        raise ProblemError(401, "not_logged_in", "Log in with Spotify first.")
    link = profile_link_of(services, person, profile)
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
        link_url=link.url if link else None,
        link_expires_at_ms=link.expires_at_ms if link else None,
    )
