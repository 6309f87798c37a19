"""What screening found, said in the reader's language."""

from collections.abc import Mapping

from django.utils.translation import gettext as _


def sentence(finding: Mapping[str, str]) -> str:
    """Why a finding stops a demand, with the words that were seen."""
    goods = {
        "weapons": _("arms and ammunition"),
        "drugs": _("narcotic drugs"),
        "wildlife": _("protected animals and parts of them"),
        "waste": _("waste and used clothing"),
        "counterfeit": _("counterfeit goods"),
    }
    template = {
        "email": _("It names an e-mail address: “%(found)s”. Contacts open when both sides are interested."),
        "phone": _("It names a telephone number: “%(found)s”. Contacts open when both sides are interested."),
        "handle": _("It names an account of a messenger: “%(found)s”. Contacts open when both sides are interested."),
        "link": _("It holds a link: “%(found)s”. Describe the goods here instead."),
        "prohibited": _("“%(found)s” belongs to goods that may not be imported into China: %(goods)s."),
    }[finding["kind"]]
    return template % {"found": finding["found"], "goods": goods.get(finding.get("group", ""), "")}
