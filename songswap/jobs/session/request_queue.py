"""Gives people's requests to the host's player, and keeps the document of what was given."""

import math
from collections.abc import Callable

from songswap.core.session import request_handover
from songswap.core.session.plan import GoOn, HandOver, ScheduledStep
from songswap.core.session.requests import in_session
from songswap.documents import HANDED, REQUESTS
from songswap.jobs.kit.spotify_accounts import Means
from songswap.model.music import Playback
from songswap.model.music_source import Bearer
from songswap.model.nights import Handed
from songswap.model.session import Failure, Night
from songswap.spotify.errors import BadRequestError, ForbiddenError, NotFoundError, UnavailableError


class RequestQueue:
    """The requests of one session. Every rule is in `core.session.request_handover`."""

    def __init__(self, means: Means, group: str, session_id: str) -> None:
        self._store = means.store
        self._player = means.player
        self._clock = means.clock
        self._group = group
        self._session_id = session_id
        self._handed = Handed(session_id)

    def resume(self) -> None:
        """Go on from the document HANDED, if it is this session's."""
        handed = self._store.read(HANDED, self._group)
        self._handed = handed if handed and handed.session_id == self._session_id else Handed(self._session_id)
        self._keep(request_handover.interrupted(self._handed))

    def turn(self, night: Night, cut_at_ms: float = math.inf) -> ScheduledStep:
        """What to give to the host's player next, and when; at `cut_at_ms` what plays is cut short."""
        now_ms = self._clock.now_ms()
        self._keep(request_handover.heard(self._handed, night, now_ms))
        requests = in_session(self._store.read(REQUESTS, self._group), self._session_id, self._handed)
        return request_handover.next_turn(night, requests, self._handed, now_ms, cut_at_ms)

    async def give(self, step: HandOver | GoOn, bearer: Bearer, night: Night) -> Callable[[Night], Night]:
        """Send what was planned, noted before: whatever happens, nobody hears it twice. Raises SpotifyError."""
        self._keep(request_handover.noted(self._handed, step, night, self._clock.now_ms()))
        try:
            await self._send(step, bearer)
        except (NotFoundError, BadRequestError):
            return self._unplayable(step)
        except ForbiddenError as error:
            if error.is_restriction:
                raise
            return self._unplayable(step)
        except UnavailableError:
            pass  # it may have been carried out
        self._keep(request_handover.sent(self._handed, step))
        return lambda night: request_handover.given(night, step, self._clock.now_ms())

    async def _send(self, step: HandOver | GoOn, bearer: Bearer) -> None:
        match step:
            case GoOn(context_uri=context_uri, device_id=device_id):
                await self._player.play(bearer, device_id=device_id, context_uri=context_uri)
            case HandOver(request=request, device_id=device_id, at_once=True):
                await self._player.play(bearer, device_id=device_id, uris=(request.track.uri,))
            case HandOver(request=request, device_id=device_id):
                await self._player.add_to_queue(bearer, request.track.uri, device_id=device_id)

    def _unplayable(self, step: HandOver | GoOn) -> Callable[[Night], Night]:
        what = step.request.track.name if isinstance(step, HandOver) else "the fallback playlist"
        self._keep(request_handover.unplayable(self._handed, step, f"Spotify can't play {what} here."))
        return lambda night: night

    def put_off(self, step: HandOver | GoOn, failure: Failure) -> Callable[[Night], Night]:
        """Try again later: the host's player could not be told anything."""
        self._keep(request_handover.put_off(self._handed, step, failure.until_ms, self._clock.now_ms()))
        return lambda night: night

    def host_read(self, before: Night, after: Night, reading: Playback | None) -> None:
        """Notice the end of the host's music."""
        self._keep(request_handover.ran_out(self._handed, before, after, reading))

    def queue_read(self, night: Night) -> Night:
        """The night after the host's queue was read."""
        return request_handover.look_again(night, self._handed, self._clock.now_ms())

    def _keep(self, handed: Handed) -> None:
        if handed != self._handed:
            self._store.write(HANDED, handed, self._group)
            self._handed = handed
