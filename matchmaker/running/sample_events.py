"""The sample events come alive: companies register, some cannot always come, interpreters are in the hall."""

from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Category, Product
from matchmaker.companies.models import Company
from matchmaker.events.models import Event
from matchmaker.events.services import add_interpreter, register_for_event, set_availability, wish

FOOD = Category.Group.AGRI
INTERPRETERS = {
    "wuhan-food": [
        ("周译 Zhou Yi", ["zh", "en", "fr"]),
        ("Ana Lucía Ríos", ["zh", "es", "en"]),
        ("ศิริพร Siriporn", ["zh", "th", "en"]),
        ("ليلى Layla", ["zh", "ar", "en"]),
        ("陈晓 Chen Xiao", ["zh", "en"]),
    ]
}


def people_register(event: Event, organiser: User) -> int:
    """Register the companies of the event's trade: food for the meetings in Wuhan, everything else online.

    Every seventh company is away in the first two slots, every eleventh in the last four, so that plans have something
    to work around. Some have said whom they wish to meet, by the categories they buy and sell; the others' wishes are
    left to the visitor.
    """
    food = event.slug == "wuhan-food"
    goods = Company.objects.approved().filter(campaigns=event.campaign).order_by("pk")
    suppliers = goods.suppliers().filter(products__in=Product.objects.published())
    buyers = goods.buyers().filter(demands__status="published")
    if food:
        suppliers = suppliers.filter(products__category__group=FOOD)
        buyers = buyers.filter(demands__lines__category__group=FOOD)
    else:
        suppliers = suppliers.exclude(products__category__group=FOOD)
        buyers = buyers.exclude(demands__lines__category__group=FOOD)
    slots, coming = event.slots(), {}
    for side, companies in (("buyer", buyers), ("supplier", suppliers)):
        for company in companies.distinct():
            coming.setdefault(company.pk, (company, side))
    for number, (company, side) in enumerate(coming.values(), start=1):
        by = company.members.first()
        row = register_for_event(by=by, event=event, company=company, side=side)
        away = slots[:2] if number % 7 == 0 else slots[-4:] if number % 11 == 0 else []
        if away:
            set_availability(by=by, participation=row, away=away)
    if food:
        _wish(event, [company for company, side in coming.values() if side == "buyer"])
    for name, languages in INTERPRETERS.get(event.slug, []):
        add_interpreter(by=organiser, event=event, name=name, languages=languages)
    return len(coming)


def _wish(event: Event, buyers: list[Company]) -> None:
    """Every second buyer must meet one who sells what it buys, and would like to meet two more; each wants it too."""
    coming = event.participations.registered().suppliers().values("company")
    for buyer in buyers[::2]:
        wanted = buyer.demands.values("lines__category")
        sellers = Company.objects.filter(pk__in=coming, products__category__in=wanted).distinct().order_by("pk")
        for place, seller in enumerate(sellers[:3]):
            kind = "would" if place else "must"
            wish(by=buyer.members.first(), event=event, company=buyer, other=seller, kind=kind)
            wish(by=seller.members.first(), event=event, company=seller, other=buyer, kind="would")
