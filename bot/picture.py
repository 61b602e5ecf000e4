"""Makes one picture safe, in a process of its own: Pillow costs memory, and a hostile file must not hurt the server."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageOps

LONGEST = 2560
# What phones and browsers make. Not all that Pillow can read: its EPS reader would start Ghostscript on a stranger's file.
KINDS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")
PIXELS = 80_000_000  # a phone's largest; a small file that claims more is a bomb


def make_safe(source: Path, target: Path) -> None:
    """Upright, without any metadata, JPEG. Raises whatever Pillow raises for what is no picture."""
    Image.MAX_IMAGE_PIXELS = PIXELS
    Image.init()
    with Image.open(source, formats=[kind for kind in KINDS if kind in Image.OPEN]) as image:
        if image.width * image.height > PIXELS:
            raise ValueError("too many pixels")
        image.draft("RGB", (LONGEST, LONGEST))  # JPEG: read at the half or quarter that is enough, for far less memory
        upright = ImageOps.exif_transpose(image).convert("RGB")
        upright.thumbnail((LONGEST, LONGEST))
        clean = Image.frombytes("RGB", upright.size, upright.tobytes())
        clean.save(target, "JPEG", quality=85, optimize=True)


if __name__ == "__main__":
    make_safe(Path(sys.argv[1]), Path(sys.argv[2]))
