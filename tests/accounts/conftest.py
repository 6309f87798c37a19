"""The mail server of the post office's tests, for letters about accounts."""

from tests.notifications.conftest import sink

__all__ = ["sink"]
