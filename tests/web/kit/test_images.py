import io
import struct
import zlib

import pytest
from PIL import Image

from songswap.web.kit.images import SIDE, ImageError, square


def picture(form: str, size: tuple[int, int] = (300, 200), mode: str = "RGB", **more: object) -> bytes:
    kept = io.BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else 0).save(kept, form, **more)  # type: ignore[arg-type]
    return kept.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("size", [(300, 200), (1, 900), (3_600, 2_600)])
def test_every_picture_becomes_a_square_of_ours(form: str, size: tuple[int, int]) -> None:
    made = opened(square(picture(form, size)))
    assert (made.format, made.size, made.mode) == ("WEBP", (SIDE, SIDE), "RGB")


def test_a_photograph_of_many_megapixels_is_taken_where_it_need_not_be_unpacked_whole() -> None:
    large = (8_000, 6_000)
    assert opened(square(picture("JPEG", large))).size == (SIDE, SIDE)
    with pytest.raises(ImageError, match="10,000,000 in all"):
        square(picture("PNG", large))


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1"])
def test_every_kind_of_pixel_is_understood(mode: str) -> None:
    assert opened(square(picture("PNG", mode=mode))).size == (SIDE, SIDE)


def test_where_it_was_taken_is_not_kept_and_what_is_up_stays_up() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = "at my home"
    exif.get_ifd(0x8825)[2] = (52.0, 30.0, 0.0)
    source = Image.new("RGB", (200, 100), "red")
    source.paste("blue", (0, 0, 100, 100))
    kept = io.BytesIO()
    source.save(kept, "JPEG", exif=exif, comment=b"secret comment")
    content = square(kept.getvalue())
    made = opened(content)
    assert not made.getexif()
    assert b"secret" not in content
    assert b"home" not in content
    red, _, blue = made.convert("RGB").getpixel((SIDE // 2, 20))  # type: ignore[misc]
    assert blue > red


def png_of(width: int, height: int) -> bytes:
    """A tiny file that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1_000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(30_000, 30_000), (100_000, 50_000), (2_000_000, 1_000)])
def test_a_decompression_bomb_is_refused_before_it_is_unpacked(size: tuple[int, int]) -> None:
    with pytest.raises(ImageError):
        square(png_of(*size))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7",
        b"\xff\xd8\xff\xe0" + b"\0" * 100,
        picture("BMP"),
        picture("TIFF"),
        picture("PNG")[:60],
        picture("JPEG")[:-200],
        png_of(100, 100),
    ],
)
def test_what_is_no_picture_or_cut_off_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(ImageError, match=r"no picture|damaged"):
        square(content)
