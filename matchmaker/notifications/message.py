"""The e-mail message: headers of mailing lists stand in it exactly as RFC 2369, 2919 and 8058 want them."""

import email.policy
from email.headerregistry import HeaderRegistry, UnstructuredHeader

from django.core.mail import EmailMultiAlternatives


class UnfoldedHeader(UnstructuredHeader):
    """A header in one line of ASCII.

    Python writes a word longer than 76 characters as an encoded word. RFC 2047 forbids that in these headers, and mail
    programs then find no address in them.
    """

    def fold(self, *, policy: email.policy.Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


HEADERS = HeaderRegistry()
for name in ("list-unsubscribe", "list-unsubscribe-post", "list-id", "feedback-id", "message-id"):
    HEADERS.map_to_type(name, UnfoldedHeader)  # type: ignore[arg-type]  # typeshed wants BaseHeader


class Message(EmailMultiAlternatives):
    """A mail with text and HTML whose list headers are neither encoded nor folded, by whichever backend it leaves."""

    def message(self, *, policy=email.policy.default):
        return super().message(policy=policy.clone(header_factory=HEADERS))
