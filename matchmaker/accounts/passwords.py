"""Passwords that an attacker tries first on this site although they are on no list of common ones."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from matchmaker.notifications.mail import site_name


class NoWordsOfTheSite:
    """The site's own name with a year or a mark behind it is the first guess of an attacker (B30)."""

    def validate(self, password, user=None):
        host = urlsplit(settings.SITE_URL).hostname or ""
        names = {"matchmaker", site_name(), host, *host.split("."), *site_name().split()}
        if _bare(password) in {_bare(name) for name in names} - {""}:
            raise ValidationError(_("This password is made of the name of this site."), code="password_of_the_site")

    def get_help_text(self):
        return _("Not the name of this site.")


def _bare(text: str) -> str:
    """Without figures, marks and spaces, as guessing programs vary them."""
    return re.sub(r"[\W\d_]+", "", text.casefold())
