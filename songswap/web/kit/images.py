"""Pictures that people bring: read with suspicion, written anew, small and without anything but the picture."""

import io
import warnings
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

SIDE: Final = 512
"""Pixels of the square that is kept."""
LARGEST_PIXELS: Final = 10_000_000
"""They take 40 MB unpacked, and as much again on the way."""
LARGEST_JPEG_PIXELS: Final = 80_000_000
"""Cameras make such; a JPEG is unpacked at a fraction of its size."""
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
QUALITY: Final = 85
_DAMAGE: Final = (OSError, ValueError, SyntaxError, EOFError)
"""What the library raises for files that are damaged."""


class ImageError(Exception):
    """This can't be made a picture of; the message says why, for people."""


def square(content: bytes) -> bytes:
    """The picture in a file (JPEG, PNG, WebP, the first of a GIF) as a square WebP without metadata. Takes a while.

    The size it says it has is looked at before anything is unpacked. Raises ImageError.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
            width, height = picture.size
            most = LARGEST_JPEG_PIXELS if picture.format == "JPEG" else LARGEST_PIXELS
            if width * height > most:
                raise ImageError(f"The picture has {width:,} × {height:,} pixels; {most:,} in all are the most.")
            picture.draft("RGB", (2 * SIDE, 2 * SIDE))
            upright = ImageOps.exif_transpose(_small(picture))
            return _written(ImageOps.fit(_opaque(upright), (SIDE, SIDE), Image.Resampling.LANCZOS))
    except UnidentifiedImageError as error:
        raise ImageError("That is no picture. Bring a JPEG, PNG, WebP or GIF.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError("The picture has more pixels than any photograph. Bring a smaller one.") from error
    except _DAMAGE as error:
        raise ImageError("The picture can’t be read: the file is damaged, or cut off.") from error


def _small(picture: Image.Image) -> Image.Image:
    """The picture near the size wanted, so that all that follows takes little memory."""
    if picture.mode in {"P", "PA", "1"}:  # colours by number can't be mixed
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    picture.thumbnail((4 * SIDE, 4 * SIDE), reducing_gap=2.0)
    return picture


def _opaque(picture: Image.Image) -> Image.Image:
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        ground = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")
    return picture.convert("RGB")


def _written(picture: Image.Image) -> bytes:
    kept = io.BytesIO()
    Image.frombytes("RGB", picture.size, picture.tobytes()).save(kept, "WEBP", quality=QUALITY)
    return kept.getvalue()
