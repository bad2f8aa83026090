"""Pictures that people bring: read with suspicion, written anew, small and without anything but the picture."""

import io
import warnings
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

SIDE: Final = 512
"""Pixels of the square that is kept."""
LARGEST_PIXELS: Final = 40_000_000
"""What cameras make; a larger one is no photograph, and would take more than 120 MB unpacked."""
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
QUALITY: Final = 85
_DAMAGE: Final = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What the library raises for files that are damaged or set a trap."""


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
            if width * height > LARGEST_PIXELS or min(width, height) < 1:
                raise ImageError(f"The picture has {width} × {height} pixels; {LARGEST_PIXELS:,} are the most.")
            picture.draft("RGB", (2 * SIDE, 2 * SIDE))
            upright = ImageOps.exif_transpose(picture)
            return _written(ImageOps.fit(_opaque(upright), (SIDE, SIDE), Image.Resampling.LANCZOS))
    except UnidentifiedImageError as error:
        raise ImageError("That is no picture. Bring a JPEG, PNG, WebP or GIF.") from error
    except _DAMAGE as error:
        raise ImageError("The picture can’t be read: the file is damaged, or cut off.") from error


def _opaque(picture: Image.Image) -> Image.Image:
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        ground = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")
    return picture.convert("RGB")


def _written(picture: Image.Image) -> bytes:
    kept = io.BytesIO()
    Image.frombytes("RGB", picture.size, picture.tobytes()).save(kept, "WEBP", quality=QUALITY)
    return kept.getvalue()
