from typing import Any

import pytest

from songswap.core.talk import reports as rules
from songswap.core.talk.reports import LONGEST_REASON, MOST_OPEN_EACH, ReportError
from songswap.model.links import SecretLink
from songswap.model.people import Group, Member
from songswap.model.reports import Report, Reports

GROUP = Group(
    id="g",
    name="Friday",
    created_at_ms=0.0,
    invite=SecretLink("secret", 0.0),
    members={
        "ada": Member("host", 0.0),
        "bob": Member("co-host", 0.0),
        "cleo": Member("listener", 0.0),
        "dario": Member("listener", 0.0),
    },
)
OTHER = Group(
    id="other", name="Else", created_at_ms=0.0, invite=SecretLink("s", 0.0), members={"eve": Member("host", 0.0)}
)


def report(**fields: Any) -> Report:
    usual = {"id": "r1", "at_ms": 0.0, "by": "cleo", "about": "dario", "place": "group:g", "reason": "x"}
    return Report(**{**usual, "post": "7", "group": "g", **fields})


@pytest.mark.parametrize(
    ("about", "group", "who"),
    [
        ("dario", GROUP, {"ada", "bob", "operator"}),
        ("cleo", GROUP, {"ada", "bob", "operator"}),
        ("ada", GROUP, {"bob", "operator"}),
        ("bob", GROUP, {"ada", "operator"}),
        ("operator", GROUP, {"ada", "bob"}),
        ("dario", OTHER, {"operator"}),
        ("dario", None, {"operator"}),
        ("operator", None, set()),
    ],
)
def test_a_report_is_looked_at_by_those_who_look_after_its_place_but_whom_it_is_about(
    about: str, group: Group | None, who: set[str]
) -> None:
    made = report(about=about)
    assert set(rules.lookers(made, group, ("operator",))) == who
    for account in ("ada", "bob", "cleo", "dario", "eve", "operator"):
        assert rules.looks_at(account, made, group, ("operator",)) is (account in who)


def test_a_person_reports_a_post_once_until_it_is_decided_on() -> None:
    reports = rules.file(Reports(), report())
    with pytest.raises(ReportError) as refused:
        rules.file(reports, report(id="r2"))
    assert refused.value.code == "already_reported"
    assert len(rules.file(reports, report(id="r2", post="8")).open) == 2
    assert len(rules.file(reports, report(id="r2", by="bob")).open) == 2
    left = rules.close(reports, report(), is_removed=False)
    assert rules.file(left, report(id="r3")).open == (report(id="r3"),)


def test_nobody_reports_themselves_or_without_end() -> None:
    with pytest.raises(ReportError) as refused:
        rules.file(Reports(), report(by="dario"))
    assert refused.value.code == "yourself"
    many = Reports(tuple(report(id=f"r{n}", post=str(n)) for n in range(MOST_OPEN_EACH)))
    with pytest.raises(ReportError) as refused:
        rules.file(many, report(id="more", post="more"))
    assert refused.value.code == "too_many_reports"
    assert len(rules.file(many, report(id="more", by="bob")).open) == MOST_OPEN_EACH + 1


@pytest.mark.parametrize(("is_removed", "left"), [(True, ["other"]), (False, ["same", "other"])])
def test_a_post_that_was_removed_leaves_no_report_about_it(is_removed: bool, left: list[str]) -> None:
    reports = Reports((report(), report(id="same", by="bob"), report(id="other", post="8")))
    assert [one.id for one in rules.close(reports, report(), is_removed=is_removed).open] == left


def test_an_account_that_is_gone_is_in_no_report() -> None:
    reports = Reports((report(), report(id="r2", by="dario", about="cleo")))
    assert rules.without_account(reports, "dario").open == (report(id="r2", by="", about="cleo"),)
    assert rules.without_account(reports, "cleo").open == (report(by=""),)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_reason"),
        (" \u200b\n", "no_reason"),
        ("a\u202eb", "turned_text"),
        ("x" * (LONGEST_REASON + 1), "too_long"),
    ],
)
def test_a_report_needs_a_reason_of_some_length(text: str, code: str) -> None:
    with pytest.raises(ReportError) as refused:
        rules.checked_reason(text)
    assert refused.value.code == code


def test_a_reason_is_kept_as_text() -> None:
    assert rules.checked_reason(" <b>spam</b>\x07 ") == "<b>spam</b>"
