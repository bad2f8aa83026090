"""Whose insights a page shows, by where its address begins: mine, everybody's, a group's, a person's, a link's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from songswap.columns.figures.answers import FigurePerson
from songswap.documents import GROUP
from songswap.web.insights.insights_access import (
    FigureReader,
    Scope,
    people,
    reader_by_link,
    reader_of,
    scope_of,
    visible,
)
from songswap.web.insights.scope_list import scopes
from songswap.web.kit.access import me, who
from songswap.web.kit.services import Services
from songswap.web.people.viewer import viewer_of

Kind = Literal["me", "everybody", "group", "person", "link", "match"]
"""Whose insights: a `link` shows one person's to somebody without a log-in, a `match` mine beside another's."""


@dataclass(frozen=True)
class ScopeTab:
    """Somebody else, or oneself, whose insights one may look at."""

    name: str
    href: str
    image_url: str | None
    is_here: bool


@dataclass(frozen=True)
class ScopePlace:
    """Whose insights: `base` is where all of their addresses begin, `name` what they are called.

    `silent` is how many of a group don't share with it.
    """

    kind: Kind
    base: str
    name: str
    reader: FigureReader
    scope: Scope
    people: tuple[FigurePerson, ...]
    tabs: tuple[ScopeTab, ...] = ()
    silent: int = 0

    @property
    def is_one(self) -> bool:
        """Whether it is one person's."""
        return self.kind in {"me", "person", "link"}

    @property
    def title(self) -> str:
        """What the page is headed with."""
        match self.kind:
            case "me":
                return "Your listening"
            case "everybody":
                return "What everybody here listens to"
            case "group":
                return f"What {self.name} listens to"
        return f"{self.name}’s listening"

    @property
    def names(self) -> dict[str, str]:
        """What each of several people is called, by account; nothing for one alone."""
        return {} if self.is_one else {person.account: person.name for person in self.people}


def find(services: Services, kind: Kind, values: Mapping[str, str]) -> ScopePlace:
    """The place that the address leads to. Raises ProblemError (404), also for what is not shared."""
    if kind == "link":
        return _by_link(services, values["account"], values["secret"])
    scope = {"group": f"group:{values.get('group_id')}", "person": f"account:{values.get('account')}"}.get(kind, kind)
    reader = reader_of(services, me())
    whose = scope_of(services, reader, scope)
    tabs = tuple(
        ScopeTab(one.name, base_of(one.scope), one.image_url, one.scope == scope) for one in scopes(services, reader)
    )
    return ScopePlace(
        kind=kind,
        base=base_of(scope),
        name=next((tab.name for tab in tabs if tab.is_here), reader.account.display_name),
        reader=reader,
        scope=whose,
        people=people(services.store, whose.accounts),
        tabs=tabs,
        silent=_silent(services, values["group_id"], whose) if kind == "group" else 0,
    )


def beside(services: Services, reader: FigureReader, other: str) -> ScopePlace:
    """The reader and one other person, who shares with them. Raises ProblemError (404)."""
    known = visible(services, viewer_of(services, reader.account), other)
    scope = Scope((reader.account.id, other), with_private=False)
    told = people(services.store, scope.accounts)
    return ScopePlace("match", f"/insights/match/{other}", known.display_name, reader, scope, told)


def base_of(scope: str) -> str:
    """Where the addresses of pages about a scope of the API begin."""
    kind, _, name = scope.partition(":")
    return {
        "everybody": "/insights/everybody",
        "group": f"/groups/{name}/insights",
        "account": f"/insights/people/{name}",
    }.get(kind, "/insights")


def _by_link(services: Services, account: str, secret: str) -> ScopePlace:
    reader = reader_by_link(services, account, secret, who())
    scope = scope_of(services, reader, "me")
    told = people(services.store, scope.accounts)
    return ScopePlace("link", f"/shared/{account}/{secret}", reader.account.display_name, reader, scope, told)


def _silent(services: Services, group_id: str, scope: Scope) -> int:
    group = services.store.read(GROUP, group_id)
    return len(group.members.keys() - set(scope.accounts)) if group else 0
