"""What people give is looked at before anything is kept; what is no history, or worse, is refused in words."""

import io
import zipfile
from pathlib import Path

import pytest

from songswap.columns import archives
from songswap.columns.archives import UnfitArchiveError, look
from tests.core.history.formats.files import a_listen, an_account_row, an_extended_row, compact, json_lines

ROWS = compact([an_extended_row()])


def a_zip(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def refused(path: Path, name: str = "given.zip") -> str:
    with pytest.raises(UnfitArchiveError) as refusal:
        look([(path, name)])
    return str(refusal.value)


def test_a_whole_zip_is_looked_through(tmp_path: Path) -> None:
    members = {
        "Spotify Extended Streaming History/Streaming_History_Audio_2024_1.json": ROWS,
        "Spotify Extended Streaming History/endsong_0.json": b"[]",
        "Spotify Extended Streaming History/ReadMeFirst.pdf": b"%PDF-1.7",
        "MyData/StreamingHistory0.json": compact([an_account_row()]),
        "listens/2024/3.jsonl": json_lines([a_listen()]),
        "MyData/": b"",
    }
    found = look([(a_zip(tmp_path / "x", members), "my_data.zip")])
    assert [(part.name, part.kind.title) for part in found.parts] == [
        ("my_data.zip: Streaming_History_Audio_2024_1.json", "Spotify extended streaming history"),
        ("my_data.zip: endsong_0.json", "Spotify extended streaming history"),
        ("my_data.zip: StreamingHistory0.json", "Spotify account data"),
        ("my_data.zip: 3.jsonl", "ListenBrainz listens"),
    ]
    assert found.others == ("ReadMeFirst.pdf",)
    assert found.size == sum(map(len, (ROWS, b"[]", compact([an_account_row()]), json_lines([a_listen()]))))
    with found.parts[0].open() as file:
        assert file.read() == ROWS


def test_several_files_are_looked_at_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(ROWS)
    (tmp_path / "b").write_bytes(json_lines([a_listen()]))
    assert [part.name for part in look([(tmp_path / "b", "b.jsonl"), (tmp_path / "a", "a.json")]).parts] == [
        "b.jsonl",
        "a.json",
    ]


def test_one_unfit_file_among_others_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(ROWS)
    (tmp_path / "b").write_bytes(b"%PDF-1.7")
    with pytest.raises(UnfitArchiveError, match="letter\\.pdf is no listening history"):
        look([(tmp_path / "a", "a.json"), (tmp_path / "b", "letter.pdf")])


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>Please log in</html>", b"\x00" * 1000, '[{"ts": "2024"}]'.encode("utf-16"), b'{"playlists": []}'],
)
def test_content_that_is_not_what_its_name_says_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    assert "is no listening history" in refused(tmp_path / "x", "history.json")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere", "nowhere.zip") == "nowhere.zip can’t be read: No such file or directory."
    assert refused(tmp_path, "folder") == "folder can’t be read: Is a directory."


# Zips that mean no good


def test_a_bomb_is_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("endsong_0.json", "w") as member:
        for _ in range(archives.SMALL // 1_000_000 + 1):
            member.write(b" " * 1_000_000)
    assert "would unpack to" in refused(path)


def test_a_zip_of_too_many_files_is_refused(tmp_path: Path) -> None:
    members = {f"{number}.json": b"" for number in range(archives.MOST_FILES + 1)}
    assert "10,001 files" in refused(a_zip(tmp_path / "x", members, zipfile.ZIP_STORED))


@pytest.mark.parametrize("is_large", [False, True], ids=["zip", "zip64"])
def test_a_list_of_files_that_would_fill_the_memory_is_not_read(
    tmp_path: Path, is_large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MOST_DIRECTORY", 46_999)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 900 if is_large else 70_000)
    path = a_zip(tmp_path / "many.zip", {"a": ROWS})
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(1_000):
            archive.writestr(f"{number:07}", b"")
    assert (b"PK\x06\x06" in path.read_bytes()) == is_large
    assert refused(path) == "given.zip holds more files than any history has."
    monkeypatch.setattr(archives, "MOST_DIRECTORY", 100_000)
    assert len(look([(path, "given.zip")]).parts) == 1


def test_sizes_that_lie_are_found_out(tmp_path: Path) -> None:
    content = bytearray(a_zip(tmp_path / "x", {"endsong_0.json": compact([an_extended_row()] * 2_000)}).read_bytes())
    for header, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = content.index(header) + offset
        content[place : place + 4] = (2**32 - 2).to_bytes(4, "little")
    (tmp_path / "x").write_bytes(content)
    assert "would unpack to 4,096 MB" in refused(tmp_path / "x")


def test_a_zip_with_a_password_is_refused_with_what_to_do(tmp_path: Path) -> None:
    content = bytearray(a_zip(tmp_path / "x", {"endsong_0.json": ROWS}).read_bytes())
    for header, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        content[content.index(header) + offset] |= 1
    (tmp_path / "x").write_bytes(content)
    assert refused(tmp_path / "x").startswith("given.zip is protected by a password. Unpack it")


def test_a_zip_within_a_zip_has_to_be_unpacked(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("endsong_0.json", ROWS)
    said = refused(a_zip(tmp_path / "x", {"inner.zip": inner.getvalue()}))
    assert "A zip within a zip has to be unpacked first." in said


@pytest.mark.parametrize("keep", [10, 60, 200])
def test_a_zip_that_was_cut_off_is_refused(tmp_path: Path, keep: int) -> None:
    path = a_zip(tmp_path / "x", {"endsong_0.json": ROWS})
    path.write_bytes(path.read_bytes()[:keep])
    assert "given.zip is a damaged zip" in refused(path)


def test_an_empty_zip_and_one_without_history_are_told_apart(tmp_path: Path) -> None:
    assert refused(a_zip(tmp_path / "x", {})) == "given.zip is an empty zip."
    said = refused(a_zip(tmp_path / "y", {f"{number}.txt": b"x" for number in range(9)}))
    assert said.startswith("given.zip holds no listening history, only 0.txt, 1.txt, 2.txt, 3.txt, 4.txt …. SongSwap")


@pytest.mark.parametrize("name", ["../../endsong_0.json", "/etc/endsong_0.json", "a\\..\\endsong_0.json"])
def test_a_name_that_leads_elsewhere_is_only_a_name(tmp_path: Path, name: str) -> None:
    (part,) = look([(a_zip(tmp_path / "x", {name: ROWS}), "given.zip")]).parts
    assert "/" not in part.name
    with part.open() as file:
        assert file.read() == ROWS
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x"]
