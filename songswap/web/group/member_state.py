"""A group as one of its members sees it, for an answer."""

import dataclasses
from functools import partial

from songswap.model.people import Group
from songswap.store import Reads
from songswap.web.group.group_facts import Facts
from songswap.web.group.group_scenes import Scenes
from songswap.web.group.group_snapshot import facts_of, named
from songswap.web.group.group_state import GroupState
from songswap.web.group.group_view import state_for
from songswap.web.kit.secret_links import invite_of, screen_of
from songswap.web.kit.services import Services


def state_of(services: Services, group: Group, account: str) -> GroupState:
    """The group as its member `account` sees it now."""
    return state_for(
        completed(services, services.store, facts_of(services.store, group, services.clock.now_ms())), account
    )


def scenes_of(services: Services) -> Scenes:
    """What the pages of groups that are open show."""
    return services.part(Scenes, lambda: Scenes(services.store, services.clock, partial(completed, services)))


def completed(services: Services, store: Reads, facts: Facts) -> Facts:
    """The facts with what is not in the documents of the group and its members; `store` is what they are read from."""
    group, session_id = facts.group, facts.session.session_id
    screen = screen_of(services, group)
    return dataclasses.replace(
        facts,
        report=services.diaries.report(group.id, session_id) if session_id else None,
        calls_left=services.gate.left("player"),
        asking=named(store, group.asking),
        removed=named(store, group.removed),
        invite_url=invite_of(services, group).url,
        screen_url=screen.url if screen else None,
    )
