"""Every figure once more: plain, slow Python over lists of rows, in as few tricks as possible."""

from __future__ import annotations  # `top` is a module and a method here

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any, Literal
from zoneinfo import ZoneInfo

from songswap.columns.figures import listens, names, pages, people, sittings, skips, times, top, totals, year
from songswap.columns.figures.answers import About, Count, ListenerShare
from songswap.columns.figures.names import AlbumRef, ArtistRef, TrackRef
from songswap.columns.plays import Question
from songswap.core.history.name_folding import artist_hash, folded
from songswap.core.history.recordings import Named
from songswap.core.insights.counting_rules import known_ms, listened_ms, verdict
from songswap.core.insights.periods import Period
from songswap.model.struct import Struct
from tests.columns.shelves import Row, Stored, together


class One(Struct, frozen=True):
    """A play and whose it is."""

    who: int
    row: Row

    @property
    def ms(self) -> int:
        return listened_ms(self.row.heard)

    @property
    def at_ms(self) -> int:
        return self.row.ended_at_ms


Hashed = Callable[[One], int | None]
HASHED: dict[str, Hashed] = {
    "tracks": lambda one: one.row.track,
    "artists": lambda one: one.row.artist,
    "albums": lambda one: one.row.album,
}


def key(hashed: int) -> str:
    return hashed.to_bytes(8, "big", signed=True).hex()


def minutes(ms: int) -> float:
    return round(ms / 60_000, 1)


class Oracle:
    """Answers one question about one store."""

    def __init__(self, stored: Stored, question: Question) -> None:
        self.stored = stored
        self.question = question
        self.zone = ZoneInfo(question.period.zone)
        shelved = together(stored, question.accounts)
        self.every = [One(who, row) for who, one in enumerate(shelved.values()) for row in one.rows]
        self.called = [one.names for one in shelved.values()]
        self.gaps = {gap for one in shelved.values() for gap in one.gaps}
        self.counted = self.of(question.period)

    # Which plays count

    def of(self, period: Period) -> list[One]:
        return self.between(period.from_ms, period.to_ms)

    def between(self, from_ms: int, to_ms: int) -> list[One]:
        return [one for one in self.seen(from_ms, to_ms) if verdict(self.question.rule, one.row.heard)]

    def seen(self, from_ms: int, to_ms: int) -> list[One]:
        mine = [one for one in self.every if self.question.with_private or not one.row.private]
        return [one for one in mine if from_ms <= one.at_ms < to_ms]

    def doubts(self, period: Period) -> tuple[bool, bool]:
        gaps = [gap for gap in self.gaps if gap.from_ms < period.to_ms and gap.to_ms > period.from_ms]
        if any(gap.why != "paused" for gap in gaps):
            return True, True
        told = [(verdict(self.question.rule, one.row.heard), one) for one in self.seen(period.from_ms, period.to_ms)]
        plays = any(counts is None for counts, _ in told)
        return plays, plays or any(counts and known_ms(one.row.heard) is None for counts, one in told)

    def about(self) -> About:
        asked = self.question.period
        gaps = [gap for gap in self.gaps if gap.from_ms < asked.to_ms and gap.to_ms > asked.from_ms]
        plays, mins = self.doubts(asked)
        return About(
            period=asked,
            rule=self.question.rule,
            by=self.question.by,
            plays_at_least=plays,
            minutes_at_least=mins,
            gaps=tuple(sorted(gaps, key=lambda gap: (gap.from_ms, gap.to_ms, gap.why))),
        )

    # Names

    def first_named(self, is_it: Callable[[Named], bool]) -> list[Named]:
        """What the first person who has it calls it."""
        return next((found for names in self.called if (found := [one for one in names if is_it(one)])), [])

    def track(self, hashed: int) -> TrackRef:
        for one in self.first_named(lambda named: named.track == hashed):
            return TrackRef(
                id=key(hashed),
                title=one.title,
                artist=one.artist_name,
                artist_id=key(one.artist),
                album=one.album_name,
                album_id=None if one.album is None else key(one.album),
                duration_ms=one.duration_ms,
                spotify_id=one.track_id,
                cover_url=one.cover_url,
            )
        return TrackRef(key(hashed))

    def artist(self, hashed: int) -> ArtistRef:
        found = self.first_named(lambda named: named.artist == hashed)
        covers = [named.cover_url for named in found if named.cover_url]
        if not found:
            return ArtistRef(key(hashed))
        return ArtistRef(key(hashed), min(named.artist_name for named in found), min(covers, default=None))

    def album(self, hashed: int) -> AlbumRef:
        found = self.first_named(lambda named: named.album == hashed)
        if not found:
            return AlbumRef(key(hashed))
        return AlbumRef(
            id=key(hashed),
            name=min(named.album_name for named in found),
            artist=min(named.artist_name for named in found),
            artist_id=key(found[0].artist),
            cover_url=min((named.cover_url for named in found if named.cover_url), default=None),
        )

    # Counting

    def weight(self, plays: int, ms: int) -> int:
        return plays if self.question.by == "plays" else ms

    def ranked(self, of: Hashed, among: Sequence[One] | None = None) -> list[tuple[int, int, int]]:
        """Hash, plays and ms, the most heard first."""
        plays: Counter[int] = Counter()
        ms: Counter[int] = Counter()
        for one in self.counted if among is None else among:
            hashed = of(one)
            if hashed is not None:
                plays[hashed] += 1
                ms[hashed] += one.ms
        order = (
            (lambda h: (-plays[h], -ms[h], h)) if self.question.by == "plays" else (lambda h: (-ms[h], -plays[h], h))
        )
        return [(hashed, plays[hashed], ms[hashed]) for hashed in sorted(plays, key=order)]

    def totals_of(self, period: Period) -> totals.Totals:
        found = self.of(period)
        different = [{of(one) for one in found} - {None} for of in HASHED.values()]
        return totals.Totals(len(found), minutes(sum(one.ms for one in found)), *map(len, different))

    def totals(self) -> totals.TotalsAnswer:
        earlier = self.question.before
        now, before = self.totals_of(self.question.period), self.totals_of(earlier) if earlier else None
        change = None
        if before:
            pairs = {name: (getattr(before, name), getattr(now, name)) for name in totals.Totals.__struct_fields__}
            grown = {name: round((is_now - was) / was, 4) if was else None for name, (was, is_now) in pairs.items()}
            change = totals.Change(**grown)
        return totals.TotalsAnswer(
            about=self.about(),
            totals=now,
            before=before,
            before_period=earlier,
            before_at_least=any(self.doubts(earlier)) if earlier else False,
            change=change,
        )

    def items(self, kind: names.Kind, hashes: Iterable[int]) -> dict[int, dict[str, Any]]:
        called: dict[str, Callable[[int], Any]] = {"tracks": self.track, "artists": self.artist, "albums": self.album}
        return {hashed: {kind.removesuffix("s"): called[kind](hashed)} for hashed in hashes}

    def top_items(self, kind: names.Kind, ranked: Sequence[tuple[int, int, int]]) -> tuple[top.TopItem, ...]:
        called = self.items(kind, [h for h, *_ in ranked])
        return tuple(top.TopItem(**called[h], plays=plays, minutes=minutes(ms)) for h, plays, ms in ranked)

    def top(self, kind: top.TopKind, limit: int, start: int = 0) -> top.Top:
        if kind == "genres":
            genres = self.genres()
            items = [
                top.TopItem(genre=genre, plays=plays, minutes=minutes(ms))
                for genre, plays, ms in genres[start : start + limit]
            ]
            return self.cut(kind, tuple(items), len(genres), start + limit)
        ranked = self.ranked(HASHED[kind])
        return self.cut(kind, self.top_items(kind, ranked[start : start + limit]), len(ranked), start + limit)

    def cut(self, kind: top.TopKind, items: tuple[top.TopItem, ...], of: int, end: int) -> top.Top:
        return top.Top(about=self.about(), kind=kind, items=items, next=str(end) if of > end else None)

    def genres(self) -> list[tuple[str | None, int, int]]:
        told: dict[int, set[str]] = defaultdict(set)
        for artist, genres in self.stored.genres.items():
            told[artist_hash(artist)] |= {folded(genre) for genre in genres}
        plays: Counter[str | None] = Counter()
        ms: Counter[str | None] = Counter()
        for one in self.counted:
            known = told.get(one.row.artist, set()) if one.row.artist is not None else set()
            for genre in known or {None}:
                plays[genre] += 1
                ms[genre] += one.ms
        first, second = (plays, ms) if self.question.by == "plays" else (ms, plays)
        most = sorted(plays, key=lambda genre: (-first[genre], -second[genre], genre is None, genre or ""))
        return [(genre, plays[genre], ms[genre]) for genre in most]

    # When

    def local(self, at_ms: int) -> datetime:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)).astimezone(self.zone)

    def day(self, one: One) -> date:
        asked = self.question.period
        return min(max(self.local(one.at_ms).date(), asked.first_day), asked.last_day)

    def steps(self, step: times.Step | None, among: Sequence[One]) -> tuple[times.Step, tuple[times.TimeStep, ...]]:
        asked = self.question.period
        days = (asked.last_day - asked.first_day).days + 1
        step = step or ("day" if days <= 92 else "week" if days <= 731 else "month")
        heard: dict[date, list[One]] = {}
        for number in range(days):
            heard.setdefault(self.first_of(asked.first_day + timedelta(days=number), step), [])
        for one in among:
            heard[self.first_of(self.day(one), step)].append(one)
        return step, tuple(
            times.TimeStep(day, len(found), minutes(sum(one.ms for one in found))) for day, found in heard.items()
        )

    def first_of(self, day: date, step: times.Step) -> date:
        while step == "week" and f"{day:%A}".casefold() != self.question.week_start:
            day -= timedelta(days=1)
        return day.replace(day=1) if step == "month" else day

    def over_time(self, step: times.Step | None = None) -> times.OverTime:
        chosen, items = self.steps(step, self.counted)
        return times.OverTime(about=self.about(), step=chosen, items=items)

    def calendar(self) -> times.Calendar:
        _, items = self.steps("day", self.counted)
        return times.Calendar(about=self.about(), items=tuple(item for item in items if item.plays))

    def heatmap(self) -> times.Heatmap:
        heard: dict[tuple[int, int], list[One]] = {(day, hour): [] for day in range(7) for hour in range(24)}
        for one in self.counted:
            local = self.local(one.at_ms)
            heard[local.weekday(), local.hour].append(one)
        items = [
            times.WeekHour(day, hour, len(found), minutes(sum(one.ms for one in found)))
            for (day, hour), found in heard.items()
        ]
        return times.Heatmap(about=self.about(), items=tuple(items))

    def streaks(self) -> times.Streaks:
        asked = self.question.period
        days = {self.day(one) for one in self.counted}
        found = []
        for first in sorted(days):
            if first - timedelta(days=1) not in days:
                last = first
                while last + timedelta(days=1) in days:
                    last += timedelta(days=1)
                found.append(times.Streak(first, last, (last - first).days + 1))
        today = self.question.today
        current = [one for one in found if one.first_day <= today and one.last_day >= today - timedelta(days=1)]
        return times.Streaks(
            about=self.about(),
            days=len(days),
            all_days=(asked.last_day - asked.first_day).days + 1,
            current=current[0] if current else None,
            items=tuple(sorted(found, key=lambda one: (-one.days, one.first_day))[:10]),
        )

    def sessions(self) -> sittings.Sessions:
        found: list[list[One]] = []
        for one in self.counted:
            last = found[-1][-1] if found else None
            if last and last.who == one.who and one.row.started_at_ms - last.at_ms <= 30 * 60_000:
                found[-1].append(one)
            else:
                found.append([one])
        told = [
            sittings.ListeningSession(
                self.question.accounts[run[0].who], run[0].row.started_at_ms, run[-1].at_ms, len(run)
            )
            for run in found
        ]
        lengths = [one.to_ms - one.from_ms for one in told]
        whose = self.question.accounts
        longest = sorted(told, key=lambda one: (one.from_ms - one.to_ms, one.from_ms, whose.index(one.account)))
        return sittings.Sessions(
            about=self.about(),
            sessions=len(told),
            mean_length_ms=round(sum(lengths) / len(told), 1) if told else None,
            mean_plays=round(len(self.counted) / len(told), 2) if told else None,
            items=tuple(longest[:10]),
        )

    # Single plays, news, skips

    def edges(self, among: Iterable[One]) -> tuple[listens.Listen | None, listens.Listen | None]:
        found = sorted(among, key=lambda one: (one.at_ms, one.row.track, one.who))
        told = [
            listens.Listen(self.track(one.row.track), self.question.accounts[one.who], one.at_ms)
            for one in (found[:1] + found[-1:])
        ]
        return (told[0], told[-1]) if told else (None, None)

    def latest(self, limit: int) -> listens.Latest:
        found = sorted(self.counted, key=lambda one: (one.at_ms, one.row.track, one.who), reverse=True)[:limit]
        told = [listens.Listen(self.track(one.row.track), self.question.accounts[one.who], one.at_ms) for one in found]
        return listens.Latest(about=self.about(), items=tuple(told))

    def firsts(self) -> listens.Firsts:
        first, last = self.edges(self.counted)
        return listens.Firsts(about=self.about(), first=first, last=last)

    def discoveries(self, kind: names.Kind, limit: int) -> listens.Discoveries:
        of = HASHED[kind]
        known = {of(one) for one in self.between(0, self.question.period.from_ms)}
        ranked = self.ranked(of)
        new = [row for row in ranked if row[0] not in known]
        called = self.items(kind, [h for h, *_ in new])
        items = [
            listens.Discovery(
                **called[h],
                at_ms=min(one.at_ms for one in self.counted if of(one) == h),
                plays=plays,
                minutes=minutes(ms),
            )
            for h, plays, ms in new[:limit]
        ]
        return listens.Discoveries(about=self.about(), kind=kind, heard=len(ranked), new=len(new), items=tuple(items))

    def skips(self, kind: skips.SkipKind, limit: int) -> skips.Skips:
        every = self.seen(self.question.period.from_ms, self.question.period.to_ms)
        known = [one for one in every if one.row.skipped is not None]
        skipped = [one for one in known if one.row.skipped]
        plays = Counter(HASHED[kind](one) for one in known)
        often = Counter(hashed for one in skipped if (hashed := HASHED[kind](one)) is not None)
        most = sorted(often, key=lambda h: (-often[h], plays[h], h))[:limit]
        called = self.items(kind, most)
        return skips.Skips(
            about=self.about(),
            kind=kind,
            plays=len(every),
            known=len(known),
            skips=len(skipped),
            share=round(len(skipped) / len(known), 4) if known else None,
            items=tuple(skips.Skipped(**called[h], skips=often[h], known=plays[h]) for h in most),
        )

    # Pages

    def heard(self, kind: top.Kind, hashed: int) -> tuple[pages.ItemPlays | None, list[One]]:
        """How it was heard; None where nobody ever has."""
        found = [one for one in self.counted if HASHED[kind](one) == hashed]
        if not found and not any(HASHED[kind](one) == hashed for one in self.between(0, 2**62)):
            return None, []
        first, last = self.edges(found)
        step, over_time = self.steps(None, found)
        listeners = self.ranked_listeners(found, by="plays")
        ms = sum(one.ms for one in found)
        return pages.ItemPlays(len(found), minutes(ms), first, last, listeners, step, over_time), found

    def ranked_listeners(self, found: Sequence[One], by: Literal["plays", "weight"]) -> tuple[ListenerShare, ...]:
        plays: Counter[int] = Counter(one.who for one in found)
        ms: Counter[int] = Counter()
        for one in found:
            ms[one.who] += one.ms
        if by == "plays":
            ranked = sorted(plays, key=lambda who: (-plays[who], -ms[who], who))
        else:
            ranked = sorted(plays, key=lambda who: (-self.weight(plays[who], ms[who]), -plays[who], who))
        return tuple(ListenerShare(self.question.accounts[who], plays[who], minutes(ms[who])) for who in ranked)

    def artist_page(self, hashed: int) -> pages.ArtistPage | None:
        heard, found = self.heard("artists", hashed)
        tracks, albums = self.ranked(HASHED["tracks"], found), self.ranked(HASHED["albums"], found)
        return heard and pages.ArtistPage(
            about=self.about(),
            artist=self.artist(hashed),
            heard=heard,
            tracks=len(tracks),
            albums=len(albums),
            top_tracks=self.top_items("tracks", tracks[:50]),
            top_albums=self.top_items("albums", albums[:20]),
        )

    def album_page(self, hashed: int) -> pages.AlbumPage | None:
        heard, found = self.heard("albums", hashed)
        tracks = self.ranked(HASHED["tracks"], found)
        return heard and pages.AlbumPage(
            about=self.about(),
            album=self.album(hashed),
            heard=heard,
            tracks=len(tracks),
            top_tracks=self.top_items("tracks", tracks[:50]),
        )

    def track_page(self, hashed: int) -> pages.TrackPage | None:
        heard, _ = self.heard("tracks", hashed)
        return heard and pages.TrackPage(about=self.about(), track=self.track(hashed), heard=heard)

    def year(self) -> year.Year:
        summed, sat, new, edges = self.totals(), self.sessions(), self.discoveries("artists", 5), self.firsts()
        days, streaks = self.calendar().items, self.streaks()
        of = self.question.by
        most_hours = [hour for hour in self.heatmap().items if hour.plays]
        return year.Year(
            about=self.about(),
            totals=summed.totals,
            before=summed.before,
            before_at_least=summed.before_at_least,
            change=summed.change,
            tracks=self.top("tracks", 5).items,
            artists=self.top("artists", 5).items,
            albums=self.top("albums", 5).items,
            genres=self.top("genres", 5).items,
            months=self.over_time("month").items,
            busiest_day=min(days, key=lambda one: (-getattr(one, of), one.day), default=None),
            busiest_hour=min(most_hours, key=lambda one: (-getattr(one, of), one.weekday, one.hour), default=None),
            days=streaks.days,
            longest_streak=streaks.items[0] if streaks.items else None,
            sessions=sat.sessions,
            longest_session=sat.items[0] if sat.items else None,
            new_artists=new.new,
            discoveries=new.items,
            first=edges.first,
            last=edges.last,
            skipped=self.skips("tracks", 1).share,
        )

    # People

    def shares(self, kind: people.CommonKind) -> dict[int, dict[int, Fraction]]:
        """By person and hash: which part of their listening."""
        weights: dict[int, Counter[int]] = defaultdict(Counter)
        for one in self.counted:
            hashed = HASHED[kind](one)
            if hashed is not None:
                weights[one.who][hashed] += self.weight(1, one.ms)
        return {
            who: {hashed: Fraction(weight, weights[who].total()) for hashed, weight in weights[who].items()}
            for who in sorted(weights)
            if weights[who].total()
        }

    def count(self, kind: people.CommonKind, who: int, hashed: int) -> Count:
        found = [one for one in self.counted if one.who == who and HASHED[kind](one) == hashed]
        return Count(len(found), minutes(sum(one.ms for one in found)))

    def overlap(self, kind: people.CommonKind) -> tuple[float | None, int, tuple[people.Shared, ...]]:
        shares = self.shares(kind)
        if len(shares) < 2:
            return None, 0, ()
        mine, theirs = shares.values()
        both = {hashed: min(mine[hashed], theirs[hashed]) for hashed in mine.keys() & theirs.keys()}
        reasons = sorted(both, key=lambda h: (-both[h], h))[:20]
        called = self.items(kind, reasons)
        told = [
            people.Shared(
                **called[h],
                first=self.count(kind, 0, h),
                second=self.count(kind, 1, h),
                share=round(float(both[h]), 4),
            )
            for h in reasons
        ]
        return round(float(sum(both.values())), 4), len(both), tuple(told)

    def match(self) -> people.TasteMatch:
        artists, tracks = self.overlap("artists"), self.overlap("tracks")
        return people.TasteMatch(
            about=self.about(),
            match=artists[0],
            tracks_match=tracks[0],
            artists_in_common=artists[1],
            tracks_in_common=tracks[1],
            artists=artists[2],
            tracks=tracks[2],
        )

    def in_common(self, kind: people.CommonKind, limit: int) -> list[tuple[int, tuple[ListenerShare, ...]]]:
        ranked = {h: (self.weight(plays, ms)) for h, plays, ms in self.ranked(HASHED[kind])}
        heard = {h: [one for one in self.counted if HASHED[kind](one) == h] for h in ranked}
        hearers = {h: len({one.who for one in found}) for h, found in heard.items()}
        most = sorted((h for h in ranked if hearers[h] > 1), key=lambda h: (-hearers[h], -ranked[h], h))
        return [(h, self.ranked_listeners(heard[h], by="weight")) for h in most[:limit]]

    def common(self, kind: people.CommonKind, limit: int) -> people.CommonGround:
        found = self.in_common(kind, limit)
        called = self.items(kind, [h for h, _ in found])
        return people.CommonGround(
            about=self.about(),
            kind=kind,
            items=tuple(people.InCommon(**called[h], listeners=listeners) for h, listeners in found),
            pairs=self.pairs() if kind == "artists" else (),
        )

    def pairs(self) -> tuple[people.Pair, ...]:
        shares, whose = self.shares("artists"), self.question.accounts
        found = [
            (round(float(sum(min(shares[a][h], shares[b][h]) for h in both)), 4), a, b)
            for a in shares
            for b in shares
            if a < b and (both := shares[a].keys() & shares[b].keys())
        ]
        alike = sorted(found, key=lambda pair: (-pair[0], pair[1], pair[2]))
        return tuple(people.Pair(whose[a], whose[b], match) for match, a, b in alike)

    def brought(self, limit: int) -> people.BroughtArtists:
        asked, whose = self.question.period, self.question.accounts
        hearers: dict[int, dict[int, list[One]]] = defaultdict(lambda: defaultdict(list))
        for one in self.between(0, asked.to_ms):
            if one.row.artist is not None:
                hearers[one.row.artist][one.who].append(one)
        found = []
        for hashed, by_person in hearers.items():
            began = sorted((min(one.at_ms for one in heard), who) for who, heard in by_person.items())
            if len(began) > 1 and began[0][0] >= asked.from_ms:
                followers = []
                weight = 0
                for at_ms, who in began[1:]:
                    plays, ms = len(by_person[who]), sum(one.ms for one in by_person[who])
                    weight += self.weight(plays, ms)
                    followers.append(people.Follower(whose[who], at_ms, plays, minutes(ms)))
                first_ms, bringer = began[0]
                brought = people.Brought(self.artist(hashed), whose[bringer], first_ms, tuple(followers))
                found.append((-weight, hashed, bringer, brought))
        tally = Counter(bringer for _, _, bringer, _ in found)
        bringers = sorted(tally, key=lambda who: (-tally[who], who))
        return people.BroughtArtists(
            about=self.about(),
            items=tuple(brought for *_, brought in sorted(found, key=lambda one: one[:2])[:limit]),
            bringers=tuple(people.Bringer(whose[who], tally[who]) for who in bringers),
        )
