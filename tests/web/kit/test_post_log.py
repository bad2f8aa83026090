from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from songswap.core.talk import posts as rules
from songswap.documents import CHAT, GROUP_POSTS
from songswap.model.posts import Edited, Place, Post, Reacted, Removed, Row, Written, Wrote
from songswap.store import Store
from songswap.web.kit.post_log import Book, Books

CHAT_PLACE, POSTS = Place("chat", "g"), Place("group", "g")


def opened(root: Path, place: Place = CHAT_PLACE) -> Book:
    return Books(Store(root, "server")).open(place)


def write(book: Book, text: str, *, by: str = "ada", answers: int | None = None) -> Post:
    root = answers if book.place.kind != "chat" else None
    post = book.append(Written(book.number(0), 0.0, by, text, answers=answers), root)
    assert post is not None
    return post


def read(book: Book) -> list[str]:
    return [post.text for post in book.newest_first()]


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    book = opened(tmp_path)
    first, second = write(book, "one"), write(book, "two")
    book.append(Edited(book.number(0), first.n, 5.0, "uno"))
    book.append(Removed(book.number(0), second.n, 6.0, "ada"))
    book.append(Reacted(book.number(0), first.n, "bob", "👍"))
    again = opened(tmp_path)
    assert read(again) == read(book) == ["", "uno"]
    assert again.post(first.n) == book.post(first.n)
    assert again.last == book.last == 5


def test_a_line_torn_by_a_crash_costs_itself_and_nothing_else(tmp_path: Path) -> None:
    book = opened(tmp_path)
    first = write(book, "one")
    write(book, "two")
    path = tmp_path / CHAT.path("g", str(first.n))
    path.write_bytes(path.read_bytes()[:-9])
    again = opened(tmp_path)
    assert read(again) == ["one"]
    write(again, "three")
    assert read(opened(tmp_path)) == ["three", "one"]


def test_a_page_is_a_file_and_reading_the_newest_touches_the_last_alone(tmp_path: Path) -> None:
    book = opened(tmp_path)
    for number in range(3 * rules.PAGE):
        write(book, str(number))
    files = sorted((tmp_path / CHAT.path("g", "0")).parent.iterdir())
    assert len(files) == 3
    for file in files[:2]:
        file.write_bytes(b"not read\n")
    again = opened(tmp_path)
    latest = [post.text for post, _ in zip(again.newest_first(), range(50), strict=False)]
    assert latest == [str(number) for number in reversed(range(3 * rules.PAGE - 50, 3 * rules.PAGE))]


def test_what_changes_or_answers_a_post_lies_on_its_page(tmp_path: Path) -> None:
    book = opened(tmp_path, POSTS)
    first = write(book, "old")
    for number in range(rules.PAGE):
        write(book, str(number))
    write(book, "reply", answers=first.n)
    rows = [row for row in Store(tmp_path, "server").rows(GROUP_POSTS, "g", str(first.n)) if isinstance(row, Written)]
    assert rows[-1].text == "reply"
    assert [post.text for post in book.replies(first.n)] == ["reply"]
    assert "reply" not in read(book)


def test_a_page_full_of_void_rows_is_written_anew_and_reads_the_same(tmp_path: Path) -> None:
    book = opened(tmp_path)
    post = write(book, "song")
    for number in range(rules.STALE_ROWS + 50):
        book.append(Reacted(book.number(0), post.n, "bob", "👍", is_on=number % 2 == 0))
    path = tmp_path / CHAT.path("g", str(post.n))
    assert path.read_bytes().count(b"\n") < rules.STALE_ROWS
    assert opened(tmp_path).post(post.n) == book.post(post.n)


def test_where_somebody_wrote_is_known_once_each(tmp_path: Path) -> None:
    books = Books(Store(tmp_path, "server"))
    chat, posts = books.open(CHAT_PLACE), books.open(POSTS)
    first, other = write(chat, "one"), write(posts, "two")
    write(chat, "three")
    write(chat, "not mine", by="bob")
    known = [Wrote("chat:g", first.n), Wrote("group:g", other.n)]
    assert books.wrote("ada") == known
    assert Books(Store(tmp_path, "server")).wrote("ada") == known


def test_what_changes_nothing_that_is_there_is_not_kept(tmp_path: Path) -> None:
    book = opened(tmp_path)
    assert book.append(Edited(1, 7, 0.0, "x")) is None
    write(book, "one")
    assert book.append(Edited(9, 777, 0.0, "x")) is None
    assert opened(tmp_path).last == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from(["write", "edit", "remove", "react"]), st.integers(0, 400)), max_size=500),
    st.integers(0, 400),
)
def test_a_book_reads_as_all_its_rows_in_one_page(tmp_path: Path, steps: list[tuple[str, int]], cut: int) -> None:
    root = tmp_path / str(len(list(tmp_path.iterdir())))
    book, rows = opened(root), []
    for place, (step, which) in enumerate(steps):
        if place == cut:
            book = opened(root)
        row = _row(book, step, which, [one.n for one in rows if isinstance(one, Written)])
        rows.append(row)
        book.append(row)
    oracle = rules.Page(rows)
    assert list(book.newest_first()) == list(oracle.newest_first()) == list(opened(root).newest_first())


def _row(book: Book, step: str, which: int, written: list[int]) -> Row:
    n = book.number(0)
    if step == "write" or not written:
        return Written(n, 0.0, "ada", str(n))
    of = written[which % len(written)]
    match step:
        case "edit":
            return Edited(n, of, 0.0, f"edited {n}")
        case "remove":
            return Removed(n, of, 0.0, "ada")
    return Reacted(n, of, "bob", "👍", which % 2 == 0)
