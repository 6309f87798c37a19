"""Files in a bucket of an S3 store. Nobody but the site reads it: a page sends a file after it checked who asks.

Imported only where FILES_URL names a bucket; its library is in requirements-extras.txt.
"""

from urllib.parse import quote

from django.conf import settings
from storages.backends.s3 import S3Storage


class Bucket(S3Storage):
    def url(self, name, parameters=None, expire=None, http_method=None):
        """The address on this site, never one of the bucket."""
        return f"{settings.MEDIA_URL}{quote(name)}"


class PrivateBucket(S3Storage):
    def url(self, name, parameters=None, expire=None, http_method=None):
        raise ValueError("A private file has no address; a view sends it.")
