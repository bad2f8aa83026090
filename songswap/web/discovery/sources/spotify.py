"""Songs that Spotify itself recommends, to apps that are old enough for that. Off unless the operator wants it."""

from collections.abc import Iterable

from songswap.core.discovery.recommend import Candidate
from songswap.core.history.name_folding import artist_hash, recording_hash
from songswap.documents import Account
from songswap.model.library import Found
from songswap.model.music import Track
from songswap.model.music_source import Bearer
from songswap.spotify.errors import ForbiddenError, NotFoundError
from songswap.spotify.links import SpotifyLink, link_of
from songswap.web.discovery.sources.interface import ListRequest, Offer, SourceName, listed, nothing, offered
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.services import Services
from songswap.web.people.spotify_calls import ask_spotify

CLOSED = (
    "Spotify gives no recommendations for this: it closed them to apps made after 27 November 2024, and this one seems "
    "to be such an app. Choose another source."
)


class SpotifySource:
    """One call for a list, in the person's name."""

    name: SourceName = "spotify"
    label = "Spotify"
    words = "Spotify’s own recommendations, which only apps from before December 2024 still have."

    def missing(self, services: Services) -> str:
        """Why it can't serve, in words; empty where it can."""
        if services.config.features.recommendations:
            return ""
        return "Spotify’s recommendations are switched off here ([features] recommendations): new apps don’t have them."

    async def offer(self, services: Services, person: Account, wish: ListRequest) -> Offer:
        """What Spotify recommends, in its order. Raises ProblemError."""
        known = {seed: link for seed in wish.seeds if (link := link_of(seed.uri, seed.kind))}
        unfit = [seed.label for seed in wish.seeds if seed not in known]
        if not known:
            raise nothing(
                f"Spotify has to know the seeds by their ids; {listed(unfit)} came without one. Search again."
            )
        found = await _recommended(services, person.id, known.values(), wish)
        notes = (f"Spotify has no id of {listed(unfit)} here: the list is made without.",) if unfit else ()
        why = f"Spotify suggests it for {listed([seed.label for seed in known])}"
        candidates = [
            Candidate(
                uri=one.uri,
                title=one.name,
                artists=one.artists,
                song=recording_hash(one.artists[0], one.name),
                artist=artist_hash(one.artists[0]),
                distance=place / len(found),
                reasons=(why,),
                album=one.album,
                duration_ms=one.duration_ms,
                cover_url=one.cover_url,
            )
            for place, one in enumerate(found)
            if one.artists and one.can_be_started
        ]
        return offered(candidates, wish, notes)


async def _recommended(
    services: Services, account: str, known: Iterable[SpotifyLink], wish: ListRequest
) -> tuple[Track, ...]:
    artists, tracks = ([link.id for link in known if link.kind == kind] for kind in ("artist", "track"))
    targets = {str(name): int(value) if name == "popularity" else value for name, value in wish.targets.items()}
    words = repr((sorted(artists), sorted(tracks), sorted(targets.items())))
    kept = services.finds.get("recommendations", words, services.clock.up_ms())
    if kept is not None:
        return kept.tracks

    async def make(bearer: Bearer) -> tuple[Track, ...]:
        try:
            return await services.client.recommendations(bearer, artists, tracks, targets)
        except (ForbiddenError, NotFoundError) as error:
            raise ProblemError(409, "source_unavailable", CLOSED) from error

    found = await ask_spotify(services, account, make)
    services.finds.keep("recommendations", words, Found(found), services.clock.up_ms())
    return found
