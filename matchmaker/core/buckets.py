"""Files in a bucket of an S3 store. No one but the site reads it: a page sends a file after it checked who asks.

Imported only where FILES_URL or INDEX_URL names a bucket; its library is in requirements-extras.txt.
"""

from typing import Any
from urllib.parse import quote

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from storages.backends.s3 import S3Storage

from matchmaker.core.storage import FilesAwayError

# A person waits for the answer: with the usual values of the library she would wait for minutes.
PATIENCE = Config(connect_timeout=3, read_timeout=20, retries={"total_max_attempts": 2, "mode": "standard"})


def _or_away(name: str):
    def call(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(S3Storage, name)(self, *args, **kwargs)
        except (BotoCoreError, ClientError, Boto3Error) as problem:
            raise FilesAwayError(f"The store of files does not answer: {problem}") from problem

    call.__name__ = name
    return call


class Store(S3Storage):
    """A store that is away, or refuses us, is one kind of error whatever the library calls it."""

    def __init__(self, **options):
        super().__init__(**options)
        self.client_config = self.client_config.merge(PATIENCE)  # type: ignore[has-type]  # django-storages sets it

    def _open(self, name, mode="rb"):
        """Read at once, so that a store that goes away meanwhile is an answer and not half a file."""
        try:
            file = super()._open(name, mode)
            if "r" in mode:
                file.open()
        except (BotoCoreError, ClientError, Boto3Error) as problem:
            raise FilesAwayError(f"The store of files does not answer: {problem}") from problem
        return file

    _save = _or_away("_save")
    delete = _or_away("delete")
    exists = _or_away("exists")
    listdir = _or_away("listdir")
    size = _or_away("size")
    get_modified_time = _or_away("get_modified_time")


class Bucket(Store):
    def url(self, name, parameters=None, expire=None, http_method=None):
        """The address on this site, never one of the bucket."""
        return f"{settings.MEDIA_URL}{quote(name)}"


class PrivateBucket(Store):
    def url(self, name, parameters=None, expire=None, http_method=None):
        raise ValueError("A private file has no address; a view sends it.")
