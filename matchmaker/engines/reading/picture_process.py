"""Reads one picture for `pictures`, in a process that may be killed: `picture_process.py MEMORY SECONDS SIDE`.

The picture comes on stdin. The answer is JSON: for each line its text, its height in pixels and how sure it is.
It imports nothing of the project, so that its limit of memory is its own. One thread: the machine serves pages, too.
"""

import io
import json
import resource
import sys

MAX_PIXELS = 40_000_000


def main(memory: str, seconds: str, side: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=["JPEG", "PNG", "WEBP"]) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            sys.exit(1)
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((int(side), int(side)))
    sys.stdout.write(json.dumps(lines_of(upright)))


def lines_of(picture) -> list[tuple[str, float, float]]:
    import numpy as np
    from rapidocr import RapidOCR

    one = {f"EngineConfig.onnxruntime.{name}_op_num_threads": 1 for name in ("intra", "inter")}
    read = RapidOCR(params={"Global.log_level": "critical", **one})(np.asarray(picture)[:, :, ::-1])  # BGR
    if not read.txts:
        return []
    pieces = [
        (text, float(box[:, 0].min()), float(box[:, 1].mean()), height_of(box), float(sure))
        for text, box, sure in zip(read.txts, read.boxes, read.scores, strict=True)
    ]
    return [join_line(row) for row in rows_of(pieces)]


def height_of(box) -> float:
    """The length of the upright sides of a box that may be tilted."""
    left, right = box[3] - box[0], box[2] - box[1]
    return float(((left**2).sum() ** 0.5 + (right**2).sum() ** 0.5) / 2)


def rows_of(pieces: list) -> list[list]:
    """Pieces of text side by side make one line."""
    rows: list[list] = []
    for piece in sorted(pieces, key=lambda piece: piece[2]):
        beside = rows and abs(rows[-1][-1][2] - piece[2]) < 0.4 * min(rows[-1][-1][3], piece[3])
        if beside:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece[1]) for row in rows]


def join_line(row: list) -> tuple[str, float, float]:
    return "  ".join(piece[0] for piece in row), max(piece[3] for piece in row), min(piece[4] for piece in row)


if __name__ == "__main__":
    main(*sys.argv[1:])
