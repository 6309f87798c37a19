"""Where uploaded files are: two folders of this machine, or a bucket of an S3 store that several machines share."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

INDEX_FOLDER = "must be a folder such as /shared/index, or s3://KEY:SECRET@HOST/BUCKET?region=REGION."
FOLDERS: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "matchmaker.core.storage.FileStorage"},
    "private": {"BACKEND": "matchmaker.core.files.PrivateFiles"},
}


def stores_at(address: str) -> dict[str, dict[str, Any]]:
    """The entries `default` and `private` of STORAGES for an address of files.

    `folder` means MEDIA_ROOT and PRIVATE_ROOT. `s3://KEY:SECRET@HOST:PORT/BUCKET?region=…&tls=0` is a bucket; without
    a host it is one of Amazon, without a key the credentials of the machine are used.

    Raises:
        ValueError: with a sentence.
    """
    if address in ("", "folder"):
        return FOLDERS
    options = _bucket_options(address)
    return {
        "default": {"BACKEND": "matchmaker.core.buckets.Bucket", "OPTIONS": {**options, "location": "media"}},
        "private": {"BACKEND": "matchmaker.core.buckets.PrivateBucket", "OPTIONS": {**options, "location": "private"}},
    }


def index_store_at(address: str) -> dict[str, dict[str, Any]]:
    """The entry `index` of STORAGES, where the search index is published for other machines; none without an address.

    Raises:
        ValueError: with a sentence.
    """
    if not address:
        return {}
    if address.startswith("/"):
        return {"index": {"BACKEND": "matchmaker.core.storage.FileStorage", "OPTIONS": {"location": address}}}
    try:
        options = _bucket_options(address)
    except ValueError:
        raise ValueError(INDEX_FOLDER) from None
    return {"index": {"BACKEND": "matchmaker.core.buckets.PrivateBucket", "OPTIONS": {**options, "location": "index"}}}


def _bucket_options(address: str) -> dict[str, Any]:
    given = urlsplit(address)
    bucket, more = given.path.strip("/"), parse_qs(given.query)
    if given.scheme != "s3" or not bucket or "/" in bucket or set(more) - {"region", "tls"}:
        raise ValueError("must be 'folder' or s3://KEY:SECRET@HOST/BUCKET?region=REGION.")
    options: dict[str, Any] = {
        "bucket_name": bucket,
        "access_key": unquote(given.username or "") or None,
        "secret_key": unquote(given.password or "") or None,
        "region_name": more.get("region", [None])[0],
        "file_overwrite": False,
        "default_acl": None,
        "signature_version": "s3v4",
    }
    if given.hostname:
        scheme = "http" if more.get("tls") == ["0"] else "https"
        options["endpoint_url"] = f"{scheme}://{given.hostname}{f':{given.port}' if given.port else ''}"
        options["addressing_style"] = "path"
    return options
