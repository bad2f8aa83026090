"""Live states of a group."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from quart import Blueprint

from songswap.core.people.groups import role_of
from songswap.documents import GROUP
from songswap.web.group.group_scenes import Scene
from songswap.web.group.member_state import scenes_of
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.event_stream import Bell, LogIn, Look, feed
from songswap.web.kit.streams import Asking, Events, stream
from songswap.web.kit.timed import Timed

blueprint = Blueprint("events", __name__)


@stream(blueprint, "/api/groups/<group_id>/events")
def events(asking: Asking, group_id: str) -> Events:
    """Server-sent events: `state` with a whole GroupState; `gone` with a reason when there is nothing more to come."""
    services, account = asking.services, asking.account.id
    return of_group(asking, group_id, lambda scene: scene.state(account, services.clock.now_ms()))


def of_group(asking: Asking, group_id: str, state: Callable[[Scene], Timed | None]) -> Events:
    """What `state` says of the group's scene to its member who asks (None: they are not in it).

    Raises ProblemError, RefusedError (404 both).
    """
    services, account = asking.services, asking.account.id
    group = services.store.read(GROUP, group_id)
    if group is None:
        raise ProblemError(404, "not_found", "There is no such group, or you are not in it.")
    role_of(group, account)

    @contextmanager
    def opened(bell: Bell) -> Iterator[Look]:
        log_in = LogIn(asking, bell)
        watching = services.watching.watched(group_id, account)
        with watching, log_in.watched(), scenes_of(services).watch(group_id, bell.ring) as scene:
            yield lambda: (state(scene) or "not_a_member") if log_in.holds() else "logged_out"

    return feed(services, opened, is_paged=asking.is_paged)
