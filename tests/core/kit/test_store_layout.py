import pytest

from songswap.core.kit.store_layout import PART_LABELS, StorageKind, kind_of


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("accounts/a/account.json", "documents"),
        ("accounts/a/plays/recent-2026-11.jsonl", "history"),
        ("accounts/a/derived/2026.parquet", "history"),
        ("accounts/a/posts/17.jsonl", "posts"),
        ("accounts/a/uploads/u", "uploads"),
        ("accounts/a/pictures/p.webp", "pictures"),
        ("groups/g/chat/17.jsonl", "posts"),
        ("groups/g/nights/n.jsonl", "nights"),
        ("groups/g/group.json", "documents"),
        ("wrote/a.jsonl", "posts"),
        ("catalogue/features-1/tracks.parquet", "catalogue"),
        ("ledger/server-20261126.jsonl", "ledger"),
        ("audit/202611.jsonl", "audit"),
        ("reports.json", "audit"),
        ("broken/x", "leftovers"),
        ("trash/x/plays/y", "leftovers"),
        ("heartbeat.json", "documents"),
        ("accounts/plays", "documents"),
        ("something/new", "documents"),
    ],
)
def test_every_file_is_for_something(path: str, kind: StorageKind) -> None:
    assert kind_of(path.split("/")) == kind
    assert PART_LABELS[kind]
