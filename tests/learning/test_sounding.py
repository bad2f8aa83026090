from pathlib import Path

import pytest

from songswap.catalogue.loading import Loading
from songswap.columns.genres import load_genres
from songswap.learning.sounding import Sounds

ID = "a" * 22


def load(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "features.csv"
    file.write_text(
        "track_id,track_name,artists,track_genre,energy,tempo,popularity\n"
        f"{ID},One,Aiko,art pop,0.9,120,80\n{'b' * 22},Two,Bill,dub,0.1,120,20\n"
    )
    Loading(root).run(file, now_ms=1.0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "store").mkdir()
    return tmp_path / "store"


def test_without_a_catalogue_and_genres_there_are_names_alone(root: Path) -> None:
    assert Sounds(root).traits_of([("One", ("Aiko",), ID)]) == [{"artist=aiko": 1.0, "word=one": 1.0}]
    assert Sounds(root).entry(ID) is None


@pytest.mark.parametrize("song", [("One", ("Aiko",), ""), ("Something else", ("Aiko",), ID)])
def test_the_sound_is_known_by_id_or_by_names(
    root: Path, tmp_path: Path, song: tuple[str, tuple[str, ...], str]
) -> None:
    load(root, tmp_path)
    (traits,) = Sounds(root).traits_of([song])
    assert traits["sound=energy"] > 0
    assert traits["sound=tempo"] == 0
    assert traits["genre=art pop"] == 1
    assert "sound=popularity" not in traits


def test_genres_of_artists_are_known(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "genres.csv"
    file.write_text("artist,genres\nAiko,Art Pop; Dream Pop\naiko,Folk\n")
    load_genres(root, file)
    (traits,) = Sounds(root).traits_of([("One", ("Aiko", "Bill"), "")])
    assert {name for name in traits if name.startswith("genre=")} == {"genre=art pop", "genre=dream pop", "genre=folk"}
