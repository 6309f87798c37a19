"""Text made for one reader, marked as such, so that nothing stores it for other readers by mistake."""

import logging

from django.conf import settings

logger = logging.getLogger(__name__)


class Rendered(str):
    """A text in the language or script of one reader: the name of a row, a text of several languages, a country.

    It is a `str` everywhere. `notifications.services.notify`, whose texts are read later by people of other languages,
    refuses it. The mark is lost when the text is joined with another one or changed.
    """

    __slots__ = ()

    def __str__(self) -> str:
        """Itself: `str` of a name is still text for one reader."""
        return self

    def plain(self) -> str:
        """The same text without the mark, for what stores texts by language."""
        return self[:]  # a slice is a plain str


def refuse(message: str) -> None:
    """Report text for one reader where it must not be.

    Raises:
        TypeError: except in production, where it is an error of the log and the work goes on.
    """
    if not settings.PRODUCTION:
        raise TypeError(message)
    logger.error(message)
