"""Whom to tell of trial lots and vouchers, and what the notices show."""

from django.db.models import Model

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Organiser
from matchmaker.companies.notices import notify_company
from matchmaker.first_orders.models import TrialLot, VoucherApplication, VoucherDocument
from matchmaker.messaging.models import Side
from matchmaker.messaging.services.notices import name_of_side, people
from matchmaker.notifications.services import notify


def tell_side(kind: str, lot: TrialLot, side: str, key: str, *, about: Model, **context) -> int:
    """Tell one side; `key` names the happening, once for this row."""
    enquiry = lot.enquiry
    return notify_company(
        enquiry.company_of(side),
        kind=kind,
        people=people(enquiry, side),
        ids={"enquiry": enquiry.uid, "trial_lot": lot.uid},
        event_key=f"{kind}:{about.uid}:{key}:{side}",  # type: ignore[attr-defined]  # both kinds of rows have one
        context={"side": side, "other": name_of_side(enquiry, Side(side).other), "goods": lot.goods, **context},
        path=f"/enquiries/{enquiry.uid}/trial-lot/",
        part_of=lot.campaign_id,
    )


def tell_sides(kind: str, application: VoucherApplication, *, step: str, **context) -> None:
    """Tell both sides what became of their application."""
    facts = {
        "step": step,
        "number": application.number,
        "amount": application.amount,
        "currency": application.programme.currency,
        **context,
    }
    for side in Side:
        tell_side(kind, application.lot, side, step, about=application, **facts)


def tell_team(document: VoucherDocument) -> None:
    """Tell those who decide in the campaign that a document waits for them."""
    application = document.application
    campaign = application.programme.campaign
    notify(
        kind="voucher_document",
        to=User.objects.filter(organiser_of__campaign=campaign, organiser_of__role__in=Organiser.DECIDES),
        event_key=f"voucher_document:{document.uid}",
        context={"number": application.number, "company": application.lot.enquiry.company_of(document.given_by)},
        path=f"/console/vouchers/{application.uid}/",
        about=campaign.uid,
        part_of=campaign.pk,
    )
