"""Why two companies are perhaps the same, in words."""

from django.utils.translation import gettext as _


def why_alike(reason: str) -> str:
    return {
        "number": _("same number"),
        "domain": _("same domain"),
        "name": _("same name"),
        "words": _("same telling words in the name"),
        "sound": _("same sound of the name"),
        "spelling": _("nearly the same spelling"),
        "domain_name": _("its domain says the other's name"),
    }[reason]
