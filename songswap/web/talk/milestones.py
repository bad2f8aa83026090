"""Milestones: what happened in a group's chat and nights, and what a person reached, told where it may be read."""

import asyncio
import contextlib
from datetime import timedelta
from functools import partial
from typing import Final

from msgspec.structs import replace

from songswap.columns.figures.times import Streaks, streaks
from songswap.columns.figures.top import Top, top
from songswap.core.insights import periods
from songswap.core.talk import milestones as rules
from songswap.documents import MILESTONES, RENEWED, Account, RenewalsSeen
from songswap.model.durations import MINUTE_MS
from songswap.model.people import Group
from songswap.model.posts import Card, Milestones, Place
from songswap.model.profiles import Section
from songswap.store import StoreError
from songswap.web.insights.figure_request import FigureQuery, FigureRequest
from songswap.web.insights.insights_access import Scope, reader_of
from songswap.web.insights.insights_text import length
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.services import Services
from songswap.web.people.viewer import profile_of
from songswap.web.talk.post_commands import say

EVERY_S: Final = 3_600.0
FIRST_S: Final = 30.0
WEEKS_DAYS: Final = 28
SHARED_KINDS: Final[tuple[Section, ...]] = ("top", "streak")
"""What is reckoned of those alone who show it to somebody."""


def joined(services: Services, group: Group, person: Account) -> None:
    """Somebody joined the group."""
    say(services, Place("chat", group.id), "joined", f"{person.display_name} joined the group.", by=person.id)


def left(services: Services, group: Group, person: Account) -> None:
    """Somebody left the group, or was removed from it."""
    say(services, Place("chat", group.id), "left", f"{person.display_name} is not in the group any more.", by=person.id)


def started(services: Services, group: Group, by: Account) -> None:
    """A session began."""
    say(services, Place("chat", group.id), "session_started", f"{by.display_name} started the session.", by=by.id)


def ended(services: Services, group: Group, session_id: str, by: Account) -> None:
    """A session ended; among the group's posts that is told of if music was heard."""
    say(services, Place("chat", group.id), "night_ended", f"{by.display_name} ended the session.", by=by.id)
    report = services.diaries.report(group.id, session_id)
    if report is None or len(report.tracks) < rules.SHORTEST_NIGHT_TRACKS:
        return
    lasted = length((services.clock.now_ms() - report.started_at_ms) / MINUTE_MS)
    words = f"Game night: {lasted}, {len(report.tracks)} songs, {len(report.listeners)} listening."
    card = Card("night", f"/groups/{group.id}/nights/{session_id}", "The night’s report", group.name)
    say(services, Place("group", group.id), "night_ended", words, key=session_id, card=card)


def skip_passed(services: Services, group: Group, count: int, listeners: int) -> None:
    """The vote to skip what plays was passed."""
    say(services, Place("chat", group.id), "skip_passed", f"Skip passed: {count} of {listeners} wanted it.")


async def watch(services: Services) -> None:
    """Look for milestones of everybody every hour, as long as the server runs."""
    await asyncio.sleep(FIRST_S)
    while True:
        with contextlib.suppress(StoreError):  # said in the log where it happened
            for account in list(services.directory.everybody()):
                with contextlib.suppress(ProblemError, StoreError):  # the others' come all the same
                    await look(services, account)
        await asyncio.sleep(EVERY_S)


async def look(services: Services, account: Account) -> None:
    """Tell what `account` has reached since the last look. Raises ProblemError, StoreError."""
    known = services.store.read(MILESTONES, account.id) or Milestones()
    after = _renewals(services, account, known)
    sections = profile_of(services, account.id).sections
    if any(sections.get(one, "me") != "me" for one in SHARED_KINDS):
        after = await _listening(services, account, after)
    if after != known and services.directory.get(account.id):
        services.store.write(MILESTONES, after, account.id)


def _renewals(services: Services, account: Account, known: Milestones) -> Milestones:
    told = dict(known.renewed_ms)
    for name, one in (services.store.read(RENEWED, account.id) or RenewalsSeen()).renewals.items():
        if not rules.is_renewal_told(one.changed_at_ms, told.get(name)) or one.changed_at_ms is None:
            continue
        told[name] = one.changed_at_ms
        card = Card("playlist", one.url or "", one.name, f"{len(one.entries)} songs") if one.url else None
        key = f"{name}-{int(one.changed_at_ms)}"
        say(services, _wall(account), "renewed", f"“{one.name}” was renewed.", by=account.id, key=key, card=card)
    return replace(known, renewed_ms=told)


async def _listening(services: Services, account: Account, known: Milestones) -> Milestones:
    asking = FigureRequest(services, reader_of(services, account), Scope((account.id,), with_private=False))
    today = periods.day_of(services.clock.now_ms(), periods.zone_of(account.zone))
    lately = await asking.question(FigureQuery(first=today - timedelta(days=WEEKS_DAYS - 1), last=today))
    found = (await asking.find(partial(top, kind="artists", limit=1), Top, lately)).items
    name, plays = (found[0].artist.name, found[0].plays) if found and found[0].artist else ("", 0)
    if rules.is_new_favourite(name, plays, known.favourite):
        words = f"A new favourite: {name}, {plays} plays in four weeks."
        say(services, _wall(account), "favourite", words, by=account.id, key=f"favourite-{today}")
    current = (await asking.find(streaks, Streaks, await asking.question(FigureQuery()))).current
    days = current.days if current else 0
    if current and rules.is_new_streak(days, known.streak_days):
        words = f"{rules.streak_reached(days)} days in a row with music."
        say(services, _wall(account), "streak", words, by=account.id, key=f"streak-{current.first_day}-{days}")
    return replace(known, favourite=name or known.favourite, streak_days=rules.streak_reached(days))


def _wall(account: Account) -> Place:
    return Place("wall", account.id)
