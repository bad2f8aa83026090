"""How people are shown: by names and pictures of their own, or by those at Spotify."""

from msgspec.structs import replace

from songswap.documents import Account
from songswap.model import Profile


def shown(account: Account, profile: Profile) -> Account:
    """The account as everybody sees it who sees it at all."""
    own = f"/pictures/people/{account.id}/{profile.picture_id}"
    pictures = {"spotify": account.spotify_image_url, "own": own, "none": None}
    return replace(account, display_name=profile.name or account.spotify_name, image_url=pictures[profile.picture])
