"""Things that go wrong on request."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

Kind = Literal["status", "garbage", "empty", "drop", "slow", "false_401", "false_403"]


@dataclass(frozen=True)
class Fault:
    """One rule: which calls it meets, and what becomes of them.

    `path` is a path with or without `*` (`/v1/me/player*`). `status` answers with one; `garbage` with a 200 that is no
    JSON; `empty` with a 200 without a body; `drop` cuts the connection; `slow` waits `delay_s` and goes on as usual;
    `false_401` and `false_403` are the errors Spotify was seen to give to valid tokens. A call that is `executed` takes
    effect all the same: only its answer is lost.
    """

    kind: Kind = "status"
    status: int | None = None
    path: str = "*"
    method: str | None = None
    person: str | None = None
    client_id: str | None = None
    times: int | None = None
    """How many calls it meets; None is all."""
    probability: float = 1.0
    after_s: float = 0.0
    """From when on, counted from the moment it was added."""
    until_s: float | None = None
    message: str | None = None
    reason: str | None = None
    body: Any = None
    """The whole body of a `status` answer in place of Spotify's error object."""
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after: int | None = None
    delay_s: float = 0.0
    executed: bool = False

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"unknown kind of fault {self.kind!r}: one of {', '.join(get_args(Kind))}")
        if self.kind == "status" and not (isinstance(self.status, int) and 200 <= self.status <= 599):
            raise ValueError(f"a fault of kind 'status' needs a status from 200 to 599, not {self.status!r}")
        if not 0 <= self.probability <= 1:
            raise ValueError(f"probability is from 0 to 1, not {self.probability!r}")


@dataclass(frozen=True)
class Caller:
    """What a rule can look at."""

    method: str
    path: str
    person: str | None
    client_id: str | None


@dataclass
class _Rule:
    fault: Fault
    added_at_s: float
    left: int | None


class Faults:
    """The rules in force, oldest first; the first that meets a call decides."""

    def __init__(self, rng: random.Random, clock: Callable[[], float]) -> None:
        self._rng = rng
        self._clock = clock
        self._rules: list[_Rule] = []

    def add(self, fault: Fault) -> Fault:
        """Put a rule in force, from now on."""
        self._rules.append(_Rule(fault, self._clock(), fault.times))
        return fault

    def remove(self, fault: Fault) -> None:
        """Take a rule out again."""
        self._rules = [rule for rule in self._rules if rule.fault is not fault]

    def clear(self) -> None:
        """All is well again."""
        self._rules.clear()

    def __iter__(self) -> Iterator[Fault]:
        return iter([rule.fault for rule in self._rules])

    def meet(self, caller: Caller) -> Fault | None:
        """The fault this call runs into, if any; uses up one of its times."""
        now_s = self._clock()
        for rule in self._rules:
            if self._applies(rule, caller, now_s):
                if rule.left is not None:
                    rule.left -= 1
                return rule.fault
        return None

    def _applies(self, rule: _Rule, caller: Caller, now_s: float) -> bool:
        fault, age_s = rule.fault, now_s - rule.added_at_s
        return (
            rule.left != 0
            and age_s >= fault.after_s
            and (fault.until_s is None or age_s < fault.until_s)
            and fnmatchcase(caller.path, fault.path)
            and fault.method in (None, caller.method)
            and fault.person in (None, caller.person)
            and fault.client_id in (None, caller.client_id)
            and (fault.probability >= 1 or self._rng.random() < fault.probability)
        )
