"""Many short texts in one array of bytes, readable from a memory-mapped file."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from matchmaker.core.compiled import compiled


@compiled
def _copy(blob, old, places, new, out):
    for i in range(len(places)):
        first, length = old[places[i]], new[i + 1] - new[i]
        out[new[i] : new[i + 1]] = blob[first : first + length]


class Strings:
    """`blob` holds the texts as UTF-8 one after the other, `starts` (n + 1) where each begins."""

    __slots__ = ("blob", "starts")

    def __init__(self, blob: NDArray[np.uint8], starts: NDArray[np.int64]) -> None:
        self.blob, self.starts = blob, starts

    @classmethod
    def of(cls, texts: Iterable[bytes]) -> "Strings":
        listed = list(texts)
        starts = np.zeros(len(listed) + 1, np.int64)
        np.cumsum([len(text) for text in listed], out=starts[1:])
        return cls(np.frombuffer(b"".join(listed), np.uint8), starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, at: int) -> bytes:
        return self.blob[self.starts[at] : self.starts[at + 1]].tobytes()

    def many(self, first: int, last: int) -> list[bytes]:
        """Texts from `first` up to, without, `last`."""
        bounds = self.starts[first : last + 1].tolist()
        raw = self.blob[bounds[0] : bounds[-1]].tobytes() if len(bounds) > 1 else b""
        return [raw[a - bounds[0] : b - bounds[0]] for a, b in pairwise(bounds)]

    def taken(self, places: NDArray[np.int64]) -> "Strings":
        """The texts at these places, in this order."""
        starts = np.zeros(len(places) + 1, np.int64)
        np.cumsum(np.diff(self.starts)[places], out=starts[1:])
        blob = np.empty(int(starts[-1]), np.uint8)
        _copy(np.asarray(self.blob), np.asarray(self.starts), np.asarray(places), starts, blob)
        return Strings(blob, starts)

    # -- of sorted texts ----------------------------------------------------------------------------------------------
    def bisect(self, text: bytes) -> int:
        """The first place whose text is not before `text`."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self[middle] < text:
                low = middle + 1
            else:
                high = middle
        return low

    def find(self, text: bytes) -> int:
        """The place of exactly this text, -1 where there is none."""
        at = self.bisect(text)
        return at if at < len(self) and self[at] == text else -1

    def beginning(self, start: bytes) -> tuple[int, int]:
        """First and last (exclusive) place of the texts that begin so."""
        return self.bisect(start), self.bisect(start + b"\xff")


def joined(many: Iterable[Strings]) -> Strings:
    """Several lists as one."""
    listed = list(many)
    blob = np.concatenate([np.asarray(one.blob) for one in listed]) if listed else np.zeros(0, np.uint8)
    starts = [np.zeros(1, np.int64)]
    shift = 0
    for one in listed:
        starts.append(np.asarray(one.starts[1:]) - one.starts[0] + shift)
        shift += int(one.starts[-1] - one.starts[0])
    return Strings(blob, np.concatenate(starts))
