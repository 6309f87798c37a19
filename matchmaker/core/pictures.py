"""Pictures that people send: read with limits, turned upright, made smaller, written anew without their metadata."""

import io

from PIL import Image, ImageOps

MAX_PIXELS = 40_000_000  # a 40-megapixel photograph; refused before it is decoded
MAX_SIDE = 30_000  # pixels; a strip of one pixel by millions takes a decoder seconds


class NotAPicture(Exception):
    """Neither JPEG, PNG nor WebP, or one that is too large, moves or is damaged."""


def reencode(content: bytes, *sides: int) -> list[tuple[int, bytes]]:
    """WebP renditions whose longer side is at most each of `sides`, as (width, bytes), the largest first.

    One that would be no smaller than the one before it is left out. What stood behind the picture's end is gone.

    Raises:
        NotAPicture: with nothing of it stored.
    """
    try:
        return _renditions(content, sides)
    except Exception:  # decoders of damaged bytes raise anything: struct.error, TypeError, KeyError, MemoryError, …
        raise NotAPicture from None


def _renditions(content: bytes, sides: tuple[int, ...]) -> list[tuple[int, bytes]]:
    with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as picture:
        _check_size(picture)
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    renditions: list[tuple[int, bytes]] = []
    for side in sorted(sides, reverse=True):
        upright.thumbnail((side, side))
        if renditions and renditions[-1][0] == upright.width:
            continue
        out = io.BytesIO()
        upright.save(out, "WEBP", quality=82)
        renditions.append((upright.width, out.getvalue()))
    return renditions


def _check_size(picture: Image.Image) -> None:
    """Before anything is decoded: no side, no area and no number of frames that a photograph does not have."""
    is_large = max(picture.size) > MAX_SIDE or picture.width * picture.height > MAX_PIXELS
    if is_large or getattr(picture, "n_frames", 1) > 1:
        raise NotAPicture


def reencode_logo(content: bytes) -> bytes:
    """A PNG of at most 480 × 160 pixels that keeps what is transparent.

    Raises:
        NotAPicture: as `reencode`.
    """
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as picture:
            _check_size(picture)
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
        upright.thumbnail((480, 160))
        out = io.BytesIO()
        upright.save(out, "PNG", optimize=True)
    except Exception:  # see `reencode`
        raise NotAPicture from None
    return out.getvalue()
