"""The interface to the search of the directories. Pages, API and services know this and nothing behind it.

`SEARCH_BACKEND` names the class. Every implementation passes `tests/directory/test_search_backend_contract.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language import Encoder, get_encoder
from matchmaker.engines.search import Entry, SearchQuery, SearchResult


@dataclass(frozen=True)
class Source:
    """Where a whole directory is read from: `ranges` are parts of it by primary key that `manage.py index_part` reads
    in processes of their own; without any, one process reads all `entries`."""

    entries: Callable[[], Iterable[Entry]]
    ranges: Sequence[tuple[int, int]] = ()
    is_small: bool = False  # so few that the index need not outlive the process


@dataclass(frozen=True)
class Stats:
    entries: int  # that can be found
    bytes: int  # on disk


State = dict[str, Any]  # what the caller needs to know of an index: JSON


class SearchBackend(ABC):
    """The indexes of all directories (`kind`). Changes are atomic: a reader sees the index before one or after it.

    Changes of one kind are made with `lock(kind)` held. `state` is the caller's and stored with the change.
    """

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self.encoder, self.folder = encoder, folder

    @abstractmethod
    def search(self, kind: str, query: SearchQuery, own: Sequence[Entry] = ()) -> SearchResult | None:
        """`own` are entries that only this reader finds. None where there is no whole index of the current format."""

    @abstractmethod
    def rebuild(self, kind: str, source: Source, state: State) -> int:
        """A new index beside the old one, which answers until the new one takes its place; the number of entries."""

    @abstractmethod
    def index(self, kind: str, entries: Iterable[Entry], state: State) -> None:
        """Add entries, in place of those of the same keys."""

    @abstractmethod
    def delete(self, kind: str, keys: Collection[int], state: State) -> None: ...

    @abstractmethod
    def state(self, kind: str) -> State | None:
        """Of the last change; None where there is no whole index of the current format."""

    @abstractmethod
    def keys(self, kind: str) -> NDArray[np.int64]:
        """Primary keys of all entries."""

    @abstractmethod
    def mark_checked(self, kind: str) -> None:
        """The index was compared with the rows just now, and is as they are."""

    @abstractmethod
    def lock(self, kind: str, *, wait: bool = True) -> Any:
        """A context manager; its value says whether this process may change the index now."""

    @abstractmethod
    def checked(self, kind: str) -> float:
        """When `mark_checked` was called last, in seconds of the epoch; 0 for never."""

    @abstractmethod
    def forget_small(self, kind: str) -> None:
        """Let go of an index that was built from a small source: the directory is large now."""

    def needs_tidying(self, kind: str) -> bool:
        """Whether so much changed that `tidy` is worth its work."""
        return False

    @abstractmethod
    def tidy(self, kind: str) -> None:
        """Make the index smaller and faster, while others read and change it; without the lock."""

    @abstractmethod
    def stats(self, kind: str) -> Stats: ...

    # -- for indexes in files of each machine; a server that all machines ask needs none of these --------------------
    @property
    def is_published(self) -> bool:
        """Whether one machine builds an index and the others fetch it."""
        return False

    def fetch(self, kind: str, wanted: State) -> bool:
        """Take over the published index whose state has the values `wanted`, with the lock held; whether there is one.

        It is as old as its publication: `checked` is 0 until the changes since are added.
        """
        return False

    def is_publication_due(self, kind: str) -> bool:
        """Whether the index changed so long ago that it should be published again."""
        return False

    def publish(self, kind: str) -> None:
        """Let other machines fetch the index; without the lock. Called only where `is_published`."""
        raise NotImplementedError

    def publication_problem(self, kind: str) -> str:
        """Why the last publication could not be written, read or used; empty if all is well."""
        return ""


@cache
def search_backend(path: str, encoder: str, folder: Path) -> SearchBackend:
    """The backend of this process that the settings name."""
    from django.utils.module_loading import import_string

    return import_string(path)(get_encoder(encoder), folder)  # type: ignore[no-any-return]
