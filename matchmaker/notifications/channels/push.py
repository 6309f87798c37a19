"""Notices in the browser by web push (RFC 8030, encrypted by RFC 8291, signed by RFC 8292).

`pywebpush` encrypts and `py-vapid` signs; both are extras. Our own client sends, so that the address, which a browser
gives, is guarded like every other one.
"""

import json
from email.utils import parseaddr
from functools import cache
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from matchmaker.notifications import outbound
from matchmaker.notifications.channels.base import ChatMessage, Refusal, post

TIME_TO_LIVE = 3 * 86_400  # seconds that the push service keeps a message for a browser that is away


class BrowserPush:
    name = "push"

    @property
    def is_available(self) -> bool:
        """With the extra installed and a key in the settings."""
        return bool(settings.PUSH_PRIVATE_KEY) and find_spec("pywebpush") is not None

    def check(self, *, url: str, secret: str, keys: dict[str, str]) -> None:
        outbound.check_url(url)
        try:
            self._encrypt(url, keys, b"a try")
        except (ValueError, TypeError, KeyError) as error:
            sentence = _("The browser gave no keys. Switch notices off and on again.")
            raise ValidationError(sentence, "no_keys") from error

    def send(self, address: Any, words: ChatMessage) -> None:
        message = json.dumps({"text": words.text, "link": words.link, "key": words.key}, ensure_ascii=False).encode()
        try:
            body = self._encrypt(address.url, address.keys, message)
        except (ValueError, TypeError, KeyError) as error:
            raise Refusal("the browser's keys do not work") from error
        headers = {
            **_key().sign({"sub": _contact(), "aud": _origin(address.url)}),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(TIME_TO_LIVE),
            "Urgency": "normal",
        }
        post(address.url, body, headers)

    @staticmethod
    def _encrypt(url: str, keys: dict[str, str], message: bytes) -> bytes:
        from pywebpush import WebPusher, WebPushException  # an extra

        try:
            return WebPusher({"endpoint": url, "keys": dict(keys)}).encode(message, "aes128gcm")["body"]
        except WebPushException as error:
            raise ValueError(str(error)) from error


def public_key() -> str:
    """What browsers need to subscribe: our public key as base64url."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from py_vapid.utils import b64urlencode

    return b64urlencode(_key().public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def _key() -> Any:
    return _key_from(settings.PUSH_PRIVATE_KEY)


@cache
def _key_from(private: str) -> Any:
    from py_vapid import Vapid02

    return Vapid02.from_string(private)


def _contact() -> str:
    """Whom a push service writes to about our messages."""
    return f"mailto:{settings.REPLY_TO or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
