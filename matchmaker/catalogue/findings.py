"""What screening found, said in the reader's language."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from matchmaker.catalogue import screening
from matchmaker.core import reference


def sentence(finding: Mapping[str, str]) -> str:
    """Why a finding stops a demand, with the words that were seen."""
    goods = reference.name(screening.groups().get(finding.get("group", "")))
    template = {
        "email": _("It names an email address: “%(found)s”. Contacts open when both sides are interested."),
        "phone": _("It names a telephone number: “%(found)s”. Contacts open when both sides are interested."),
        "handle": _("It names an account of a messenger: “%(found)s”. Contacts open when both sides are interested."),
        "link": _("It holds a link: “%(found)s”. Describe the goods here instead."),
        "prohibited": _("“%(found)s” belongs to goods that China forbids, or lets in only with a licence: %(goods)s."),
    }[finding["kind"]]
    return template % {"found": finding["found"], "goods": goods}
