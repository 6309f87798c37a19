"""Files on the disk: nothing half written stays, and files that no row names are removed."""

import contextlib
import errno
import os
from collections.abc import Iterator

from django.apps import apps
from django.core.files.storage import FileSystemStorage, Storage
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

FULL = {errno.ENOSPC, errno.EDQUOT}
STORAGE_FULL = _("The disk of this site is full. Nothing was saved. Try again later, or without the file.")
FILES_AWAY = _("The files of this site cannot be reached now. Nothing was saved. Try again in some minutes.")
UNCLAIMED_SECONDS = 24 * 3600  # a file without a row is younger while its transaction still runs


class FilesAwayError(OSError):
    """The store of files does not answer, or refuses this site."""


class FileStorage(FileSystemStorage):
    """The file system; what could not be written whole is taken away again."""

    def _save(self, name, content):
        try:
            return super()._save(name, content)
        except OSError as problem:
            if is_full(problem):
                with contextlib.suppress(OSError):
                    if self.size(name) < content.size:
                        self.delete(name)
            raise


def is_full(problem: BaseException | None) -> bool:
    """Whether an error means that the disk, or what we may use of it, is full."""
    return isinstance(problem, OSError) and problem.errno in FULL


def remove_unclaimed_files() -> int:
    """Remove files that no row names and that are older than a day; returns how many.

    They come from a transaction that was rolled back after its file was written, or a process that was ended. Only
    folders in which some row has a file are looked at, so that nothing else below MEDIA_ROOT is touched.
    """
    storages: dict[str, Storage] = {}
    named: dict[str, set[str]] = {}
    for field in file_fields():
        place = str(getattr(field.storage, "location", field.storage))  # several fields may share one folder
        names = field.model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
        storages[place] = field.storage
        named.setdefault(place, set()).update(names.iterator())
    return sum(_remove_unnamed(storages[place], names) for place, names in named.items())


def count_files() -> dict[str, int]:
    """How many rows have a file, by the label of their table."""
    found: dict[str, int] = {}
    for field in file_fields():
        label = field.model._meta.label
        found[label] = found.get(label, 0) + field.model._base_manager.exclude(**{field.name: ""}).count()
    return found


def file_fields() -> Iterator[models.FileField]:
    for model in apps.get_models():
        yield from (field for field in model._meta.concrete_fields if isinstance(field, models.FileField))


def _remove_unnamed(storage: Storage, names: set[str]) -> int:
    """A rendition "a-480.webp" belongs to the picture "a.webp"."""
    folders = {name.split("/", 1)[0] for name in names if "/" in name}
    count = 0
    for folder in sorted(folders):
        for name in walk(storage, folder):
            whole = name if name in names else _without_width(name)
            age = (timezone.now() - storage.get_modified_time(name)).total_seconds()
            if whole not in names and age > UNCLAIMED_SECONDS:
                storage.delete(name)
                count += 1
    return count


def walk(storage: Storage, folder: str) -> Iterator[str]:
    with contextlib.suppress(FileNotFoundError):
        folders, files = storage.listdir(folder)
        yield from (os.path.join(folder, name) for name in files)
        for inner in folders:
            yield from walk(storage, os.path.join(folder, inner))


def _without_width(name: str) -> str:
    stem, dash, width = name.removesuffix(".webp").rpartition("-")
    return f"{stem}.webp" if dash and width.isdigit() else name
