"""Links that open by a secret: making them, showing them on their own pages, and sealing those of old stores."""

import logging
import secrets

from msgspec.structs import replace

from songswap.core.kit import secret_links as rules
from songswap.documents import GROUP, PROFILE, SHARING, Account
from songswap.model.links import SecretLink
from songswap.model.people import Group
from songswap.model.profiles import Profile
from songswap.model.sharing import Sharing
from songswap.model.struct import Struct
from songswap.store import StoreError
from songswap.vault import UnsealableError
from songswap.web.kit.services import Services

logger = logging.getLogger(__name__)


class LinkState(Struct, frozen=True):
    """A link as its own page shows it: null if it was sealed with another key, good until `expires_at_ms`."""

    url: str | None
    expires_at_ms: float


def new_link(services: Services, life_ms: float) -> SecretLink:
    """A link with a secret nobody guesses, short enough for a QR code that is easy to scan."""
    return _sealed(services, secrets.token_urlsafe(16), services.clock.now_ms() + life_ms)


def invite_of(services: Services, group: Group) -> LinkState:
    """The link that lets people join."""
    return _state(services, f"/join/{group.id}", group.invite)


def screen_of(services: Services, group: Group) -> LinkState | None:
    """The link that shows the group's screen, if there is one."""
    return _state(services, f"/screen/{group.id}", group.screen) if group.screen else None


def listening_of(services: Services, account: str, sharing: Sharing) -> LinkState | None:
    """The link that shows the listening of `account`, if there is one."""
    return _state(services, f"/shared/{account}", sharing.link) if sharing.link else None


def profile_link_of(services: Services, person: Account, profile: Profile) -> LinkState | None:
    """The link that shows the person's profile, if there is one."""
    return _state(services, f"/people/{person.handle}", profile.link) if profile.link else None


def kept(services: Services, link: SecretLink | None, life_ms: float) -> SecretLink:
    """The same link with all its life before it; a new one where there is none, or none that can be shown."""
    if link is None or _secret_of(services, link) is None:
        return new_link(services, life_ms)
    return rules.lasting(link, services.clock.now_ms(), life_ms)


def seal_old(services: Services) -> None:
    """Seal what lies in plain in stores of before; what can't be written is tried again at the next start."""
    for name in services.store.names("groups"):
        _upgrade(services, "group", name)
    for name in services.store.names("accounts"):
        _upgrade(services, "sharing", name)
        _upgrade(services, "profile", name)


def _upgrade(services: Services, kind: str, name: str) -> None:
    try:
        match kind:
            case "group":
                _seal_group(services, name)
            case "sharing":
                _seal_sharing(services, name)
            case _:
                _seal_profile(services, name)
    except StoreError as error:
        logger.error("a link of %s %s could not be sealed: %s", kind, name, error)


def _seal_group(services: Services, name: str) -> None:
    group = services.store.read(GROUP, name)
    if group is None or not (group.invite.secret or group.screen_secret):
        return
    after = group
    if group.invite.secret:
        after = replace(after, invite=_sealed(services, group.invite.secret, group.invite.expires_at_ms))
    if group.screen_secret:
        screen = _sealed_now(services, group.screen_secret, rules.SCREEN_LIFE_MS)
        after = replace(after, screen=screen, screen_by=group.host, screen_secret="")
    services.store.write(GROUP, after, name)


def _seal_sharing(services: Services, name: str) -> None:
    sharing = services.store.read(SHARING, name)
    if sharing is not None and sharing.link_secret:
        link = _sealed_now(services, sharing.link_secret, rules.LISTENING_LIFE_MS)
        services.store.write(SHARING, replace(sharing, link=link, link_secret=""), name)


def _seal_profile(services: Services, name: str) -> None:
    profile = services.store.read(PROFILE, name)
    if profile is not None and profile.link_secret:
        link = _sealed_now(services, profile.link_secret, rules.PROFILE_LIFE_MS)
        services.store.write(PROFILE, replace(profile, link=link, link_secret=""), name)


def _sealed_now(services: Services, secret: str, life_ms: float) -> SecretLink:
    return _sealed(services, secret, services.clock.now_ms() + life_ms)


def _sealed(services: Services, secret: str, expires_at_ms: float) -> SecretLink:
    return rules.made(secret, services.vault.seal(secret), expires_at_ms)


def _state(services: Services, path: str, link: SecretLink) -> LinkState:
    secret = _secret_of(services, link)
    url = f"{services.config.server.url}{path}/{secret}" if secret else None
    return LinkState(url, link.expires_at_ms)


def _secret_of(services: Services, link: SecretLink) -> str | None:
    """The secret, for the page of whose link it is; None if it was sealed with a key that is not known any more."""
    if link.secret:
        return link.secret
    try:
        return services.vault.unseal(link.sealed)
    except UnsealableError:
        return None
