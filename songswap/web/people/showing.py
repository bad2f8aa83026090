"""How people are shown: by names and pictures of their own, or by those at Spotify."""

from collections.abc import Iterable

from msgspec.structs import replace

from songswap.core.people.lookalikes import told_apart
from songswap.documents import Account
from songswap.model.profiles import Profile


def shown(account: Account, profile: Profile, everybody: Iterable[Account]) -> Account:
    """The account as everybody sees it who sees it at all; of `everybody`, no two look the same."""
    own = f"/pictures/people/{account.id}/{profile.picture_id}"
    pictures = {"spotify": account.spotify_image_url, "own": own, "none": None}
    others = ((one.display_name, one.handle) for one in everybody if one.id != account.id)
    name = told_apart(profile.name or account.spotify_name, account.handle, others)
    return replace(account, display_name=name, image_url=pictures[profile.picture])
