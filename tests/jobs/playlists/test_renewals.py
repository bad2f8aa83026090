"""Playlists that renew themselves: yesterday's or today's, whatever happens, and no call that is not needed."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest
from msgspec.structs import replace

from songswap.beside import Hear
from songswap.columns.figures.lists import ListedTracks
from songswap.documents import CHANGES, CIRCLE, CONSENT, GROUP, RENEWALS, RENEWED, SHARING, Renewals, RenewalsSeen
from songswap.model.playlists import Entry, ListChange, ListSource, Renewal, Renewed
from songswap.model.profiles import Circle
from songswap.model.sharing import Sharing
from songswap.simulator import Fault
from songswap.simulator.playlists import Playlist
from tests.evening import GROUP_ID, Evening

pytestmark = pytest.mark.virtual_time

NAME = "The 25 most played"
SOON_S = 400
CREATE, CONTAINS, FILL = "/v1/me/playlists", "/v1/me/library/contains", "/v1/playlists/*/items"
MOST = ListSource("most_played", limit=25)


class Histories:
    """What the process beside would find, set by the test; `asked` is how it was asked."""

    def __init__(self, evening: Evening) -> None:
        self._songs = sorted(evening.world.catalogue.tracks.values(), key=lambda song: song.id)
        self.first, self.count, self.code = 0, 25, 0
        self.asked: list[Sequence[str]] = []

    def list(self) -> tuple[Entry, ...]:
        some = self._songs[self.first : self.first + self.count]
        return tuple(Entry(song.uri, song.name, "Somebody") for song in some)

    async def __call__(self, arguments: Sequence[str], hear: Hear) -> int:
        if arguments[0] != "list":
            return 0
        self.asked.append(arguments)
        if not self.code:
            hear(msgspec.json.encode(ListedTracks(self.list(), (None,) * self.count, left_out=2)))
        return self.code


@pytest.fixture
async def histories(evening: Evening) -> Histories:
    histories = Histories(evening)
    await evening.stop_worker()
    evening.beside = histories
    await evening.start_worker()
    return histories


def want(evening: Evening, **fields: object) -> Renewal:
    """Have it renewed each day, for the first time within SOON_S."""
    before = (evening.store.read(RENEWALS, "bob") or Renewals()).wanted.get("one")
    soon = (int(evening.clock.now_ms() // 60_000) + 5) % (24 * 60)
    renewal = before or Renewal("one", NAME, MOST, at_minute=soon)
    renewal = replace(renewal, **fields)
    evening.store.write(RENEWALS, Renewals({"one": renewal}), "bob")
    return renewal


def renewed(evening: Evening) -> Renewed:
    return (evening.store.read(RENEWED, "bob") or RenewalsSeen()).renewals.get("one", Renewed())


def changes(evening: Evening) -> list[ListChange]:
    return list(evening.store.rows(CHANGES, "bob", "one"))


def made(evening: Evening) -> list[Playlist]:
    return [one for one in evening.world.playlists.values() if one.name == NAME]


def content(evening: Evening) -> list[str]:
    (playlist,) = made(evening)
    return [row.uri for row in playlist.rows]


def uris(entries: Sequence[Entry]) -> list[str]:
    return [entry.uri for entry in entries]


def writes(evening: Evening) -> list[str]:
    calls = [call for call in evening.world.calls if call.path.startswith(("/v1/playlists", "/v1/me/"))]
    return [f"{call.method} {call.path.partition('?')[0]}" for call in calls if "player" not in call.path]


async def test_it_is_made_at_once_and_renewed_at_its_time(evening: Evening, histories: Histories) -> None:
    want(evening)
    await asyncio.sleep(10)
    assert content(evening) == uris(histories.list())
    assert (renewed(evening).state, renewed(evening).left_out, renewed(evening).error) == ("kept", 2, "")
    assert len(writes(evening)) == 2
    histories.first = 1
    await asyncio.sleep(100)
    assert len(writes(evening)) == 2
    await asyncio.sleep(SOON_S)
    assert content(evening) == uris(histories.list())
    assert len(writes(evening)) == 4
    assert 0 < (renewed(evening).next_at_ms or 0) - evening.clock.now_ms() <= 86_400_000
    first, second = changes(evening)
    assert (len(first.added), len(first.removed)) == (25, 0)
    assert (len(second.added), len(second.removed), second.moved) == (1, 1, 0)


async def test_a_day_without_a_change_costs_no_call(evening: Evening, histories: Histories) -> None:
    want(evening)
    await asyncio.sleep(10)
    before = len(evening.world.calls)
    await asyncio.sleep(SOON_S)
    assert len(histories.asked) == 2
    assert not [call for call in evening.world.calls[before:] if "playlists" in call.path or "library" in call.path]
    assert len(changes(evening)) == 1


async def test_spotifys_own_top_is_one_call_a_day(evening: Evening, histories: Histories) -> None:
    want(evening, source=ListSource("spotify_top", range="long_term", limit=10))
    await asyncio.sleep(10)
    assert len(content(evening)) == 10
    assert len(writes(evening)) == 3
    await asyncio.sleep(SOON_S)
    assert writes(evening)[3:] == ["GET /v1/me/top/tracks"]
    assert histories.asked == []


@pytest.mark.parametrize("path", [CONTAINS, FILL])
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503, "executed": True},
        {"kind": "drop"},
        {"kind": "drop", "executed": True},
        {"kind": "garbage", "executed": True},
        {"kind": "false_401"},
        {"status": 429, "retry_after": 1_200},
    ],
)
async def test_a_fault_leaves_yesterdays_or_todays_and_today_comes(
    evening: Evening, histories: Histories, path: str, fault: dict[str, object]
) -> None:
    want(evening)
    await asyncio.sleep(10)
    yesterday = uris(histories.list())
    histories.first = 7
    evening.world.faults.add(Fault(path=path, times=2, **fault))
    want(evening, run_rev=1)
    for _ in range(30):
        await asyncio.sleep(0.2)
        assert content(evening) in (yesterday, uris(histories.list()))
    await asyncio.sleep(2_600)
    assert content(evening) == uris(histories.list())
    assert len(changes(evening)) == 2
    assert renewed(evening).error == ""


@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5])
async def test_a_worker_that_dies_in_the_middle_leaves_a_whole_playlist(
    evening: Evening, histories: Histories, after_s: float
) -> None:
    want(evening)
    await asyncio.sleep(10)
    yesterday = uris(histories.list())
    histories.first = 7
    want(evening, run_rev=1)
    await asyncio.sleep(after_s)
    await evening.stop_worker()
    assert content(evening) in (yesterday, uris(histories.list()))
    await evening.start_worker()
    await asyncio.sleep(30)
    assert content(evening) == uris(histories.list())


@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.05, 0.1, 0.2, 0.4])
async def test_a_worker_that_dies_while_it_makes_one_never_makes_two(
    evening: Evening, histories: Histories, after_s: float
) -> None:
    want(evening)
    await asyncio.sleep(after_s)
    await evening.stop_worker()
    await evening.start_worker()
    await asyncio.sleep(30)
    assert len(made(evening)) <= 1
    if renewed(evening).state == "stopped":
        assert "did not say whether it made the playlist" in renewed(evening).error
    else:
        assert content(evening) == uris(histories.list())


@pytest.mark.parametrize("is_executed", [True, False])
async def test_a_lost_answer_never_makes_two(evening: Evening, histories: Histories, is_executed: bool) -> None:
    evening.world.faults.add(Fault(kind="drop", path=CREATE, times=1, executed=is_executed))
    want(evening)
    await asyncio.sleep(SOON_S)
    assert len(made(evening)) == is_executed
    assert renewed(evening).state == "stopped"
    for playlist in made(evening):
        del evening.world.playlists[playlist.id]
    want(evening, make_rev=1)
    await asyncio.sleep(10)
    assert content(evening) == uris(histories.list())


async def test_a_deleted_playlist_stops_it_until_it_is_made_anew(evening: Evening, histories: Histories) -> None:
    want(evening)
    await asyncio.sleep(10)
    (playlist,) = made(evening)
    del evening.world.playlists[playlist.id]
    histories.first = 3
    await asyncio.sleep(SOON_S)
    assert made(evening) == []
    assert (renewed(evening).state, "deleted or unfollowed" in renewed(evening).error) == ("stopped", True)
    asked = len(histories.asked)
    want(evening, run_rev=1)
    await asyncio.sleep(SOON_S)
    assert len(histories.asked) == asked
    want(evening, make_rev=1)
    await asyncio.sleep(10)
    assert content(evening) == uris(histories.list())
    assert renewed(evening).state == "kept"


async def test_another_name_is_told_spotify(evening: Evening, histories: Histories) -> None:
    want(evening)
    await asyncio.sleep(10)
    (playlist,) = made(evening)
    want(evening, name="Other", rev=2)
    await asyncio.sleep(10)
    assert playlist.name == "Other"
    assert renewed(evening).name == "Other"


async def test_an_empty_list_empties_nothing(evening: Evening, histories: Histories) -> None:
    want(evening)
    await asyncio.sleep(10)
    yesterday = content(evening)
    histories.count = 0
    await asyncio.sleep(SOON_S)
    assert content(evening) == yesterday
    assert "nothing to put in" in renewed(evening).error


async def test_figures_that_can_not_be_worked_out_are_said_and_tried_again(
    evening: Evening, histories: Histories
) -> None:
    histories.code = 1
    want(evening)
    await asyncio.sleep(10)
    assert renewed(evening).state == "waiting"
    assert "could not be worked out" in renewed(evening).error
    histories.code = 0
    await asyncio.sleep(1_000)
    assert content(evening) == uris(histories.list())


async def test_paused_it_does_nothing(evening: Evening, histories: Histories) -> None:
    want(evening, is_on=False)
    await asyncio.sleep(SOON_S)
    assert (made(evening), histories.asked) == ([], [])


async def test_a_log_in_without_the_right_waits_for_another(evening: Evening, histories: Histories) -> None:
    consent = evening.store.read(CONSENT, "bob")
    assert consent is not None
    rights = tuple(one for one in consent.scopes if one != "playlist-read-private")
    evening.store.write(CONSENT, replace(consent, scopes=rights), "bob")
    want(evening)
    await asyncio.sleep(10)
    assert (renewed(evening).state, writes(evening)) == ("waiting", [])
    assert "Log in with Spotify again" in renewed(evening).error
    evening.store.write(CONSENT, replace(consent, id="newer"), "bob")
    await asyncio.sleep(10)
    assert content(evening) == uris(histories.list())


async def test_a_groups_list_is_of_those_who_share_and_ends_with_the_membership(
    evening: Evening, histories: Histories
) -> None:
    want(evening, source=replace(MOST, scope=f"group:{GROUP_ID}"))
    await asyncio.sleep(10)
    assert [one for one in histories.asked[0] if one.startswith("--account")] == ["--account=bob"]
    assert "--with-private" not in histories.asked[0]
    group = evening.store.read(GROUP, GROUP_ID)
    assert group is not None
    members = {name: member for name, member in group.members.items() if name != "bob"}
    evening.store.write(GROUP, replace(group, members=members), GROUP_ID)
    want(evening, run_rev=1)
    await asyncio.sleep(10)
    assert renewed(evening).state == "stopped"
    assert "not in this group" in renewed(evening).error


@pytest.mark.parametrize(("who", "whom"), [("ada", "bob"), ("bob", "ada")])
async def test_a_groups_list_holds_nothing_of_those_a_block_keeps_apart(
    evening: Evening, histories: Histories, who: str, whom: str
) -> None:
    evening.store.write(SHARING, Sharing(groups=(GROUP_ID,)), "ada")
    want(evening, source=replace(MOST, scope=f"group:{GROUP_ID}"))
    await asyncio.sleep(10)
    evening.store.write(CIRCLE, Circle(blocked=(whom,)), who)
    want(evening, run_rev=1)
    await asyncio.sleep(10)
    heard = [{one for one in asked if one.startswith("--account")} for asked in histories.asked]
    assert (heard[0], heard[-1]) == ({"--account=ada", "--account=bob"}, {"--account=bob"})


async def test_a_deleted_one_is_renewed_no_more_and_leaves_the_playlist(evening: Evening, histories: Histories) -> None:
    want(evening)
    await asyncio.sleep(10)
    before = content(evening)
    evening.store.write(RENEWALS, Renewals(), "bob")
    histories.first = 3
    await asyncio.sleep(SOON_S)
    assert content(evening) == before
    assert (changes(evening), evening.store.read(RENEWED, "bob")) == ([], RenewalsSeen())
