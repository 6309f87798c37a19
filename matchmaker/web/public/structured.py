"""What search engines read of a page (schema.org, JSON-LD). It is data, not a script: the CSP lets it stand."""

import datetime as dt
import json
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from matchmaker.campaigns.models import Campaign
from matchmaker.catalogue.models import Demand, Product
from matchmaker.companies.models import Company
from matchmaker.core.languages import base_of, current
from matchmaker.events.models import Event

# Inside an element a "<" could end it early: the escapes of json_script, which are JSON all the same.
_EMPTY: tuple[Any, ...] = ("", None, [], {})
NO_STEP = ("", "")
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def _render_json_ld(*things: dict[str, Any]) -> SafeString:
    """The things of a page, without what is empty; several of them stand beside each other as a list."""
    filled = [
        {"@context": "https://schema.org", **{name: value for name, value in thing.items() if value not in _EMPTY}}
        for thing in things
    ]
    text = json.dumps(filled[0] if len(filled) == 1 else filled, ensure_ascii=False).translate(_ESCAPES)
    return SafeString(text)


def _path(site: str, *steps: tuple[str, str]) -> dict[str, Any]:
    """The way from the front page to this one, from (name, path of the address) of each step."""
    listed = [
        {"@type": "ListItem", "position": number, "name": name, "item": site + path}
        for number, (name, path) in enumerate((step for step in steps if step != NO_STEP), 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": listed}


def home_data(campaign: Campaign | None, site: str) -> SafeString:
    """Who runs the site, and how its products are searched."""
    name = str(campaign.name) if campaign else "matchmaker"
    home = site + reverse("home")
    search = f"{site}{reverse('products')}?q={{search_term_string}}"
    return _render_json_ld(
        {
            "@type": "Organization",
            "name": settings.SENDER_ORGANISATION or name,
            "address": settings.SENDER_ADDRESS,
            "url": home,
            "logo": site + staticfiles_storage.url("img/icon-512.png"),
        },
        {
            "@type": "WebSite",
            "name": name,
            "url": home,
            "potentialAction": {
                "@type": "SearchAction",
                "target": {"@type": "EntryPoint", "urlTemplate": search},
                "query-input": "required name=search_term_string",
            },
        },
    )


def demand_data(demand: Demand, title: str, site: str) -> SafeString:
    """A public demand with its lines in `listed`, by the title that the reader sees; the buyer stays unnamed."""
    url = reverse("demand", args=[demand.uid])
    return _render_json_ld(
        {
            "@type": "Demand",
            "name": title,
            "url": site + url,
            "validThrough": demand.closing_on.isoformat(),
            "itemOffered": [{"@type": "Product", "name": line.text} for line in demand.listed],
        },
        _path(site, (_("Demands"), reverse("demands")), (title, url)),
    )


def product_data(product: Product, site: str) -> SafeString:
    """A product; its description only where the company wrote one in the language of the page."""
    text, language = product.text, base_of(current())
    described = next((row.description for row in product.texts.all() if row.language == language), "")
    offer = {}
    if product.price_low is not None and product.currency:
        offer = {
            "@type": "AggregateOffer",
            "priceCurrency": product.currency,
            "lowPrice": f"{product.price_low.normalize():f}",
            **({"highPrice": f"{product.price_high.normalize():f}"} if product.price_high is not None else {}),
        }
    return _render_json_ld(
        {
            "@type": "Product",
            "name": text.name if text else "",
            "description": described,
            "url": site + reverse("product", args=[product.uid]),
            "category": str(product.category.name) if product.category else "",
            "countryOfOrigin": product.origin,
            "image": [site + image.file.url for image in product.open_pictures],
            "manufacturer": {"@type": "Organization", "name": product.company.legal_name},
            "offers": offer,
        },
        _path(
            site,
            (_("Products"), reverse("products")),
            _category_step(product),
            (product.name, reverse("product", args=[product.uid])),
        ),
    )


def _category_step(product: Product) -> tuple[str, str]:
    """The step of the product's category; no step for a product without one."""
    if product.category is None:
        return NO_STEP
    return str(product.category.name), reverse("category", args=[product.category_id])


def supplier_data(company: Company, site: str) -> SafeString:
    return _render_json_ld(
        {
            "@type": "Organization",
            "name": company.legal_name,
            "alternateName": [name for name in (company.name_latin, company.name_zh) if name != company.legal_name],
            "url": site + reverse("supplier", args=[company.uid]),
            "address": {
                "@type": "PostalAddress",
                "addressLocality": company.city,
                "addressCountry": company.country,
            },
        },
        _path(
            site,
            (_("Suppliers"), reverse("suppliers")),
            (company.display_name, reverse("supplier", args=[company.uid])),
        ),
    )


def _moment(event: Event, day: dt.date, name: str) -> str:
    """When a day of an event opens or closes, with its offset; the day alone where it has no meetings."""
    hours = event.hours_on(day)
    return dt.datetime.combine(day, getattr(hours, name), event.zone).isoformat() if hours else day.isoformat()


def event_data(event: Event, site: str) -> SafeString:
    """An event with its hours, its organiser and its picture."""
    online = event.mode == Event.Mode.ONLINE
    url = site + reverse("event", args=[event.slug])
    place: dict[str, Any] = {"@type": "VirtualLocation", "url": url}
    if not online:
        place = {"@type": "Place", "name": str(event.venue), "address": str(event.city)}
    status = "EventCancelled" if event.status == Event.Status.CANCELLED else "EventScheduled"
    has_picture = event.look is not None and event.look.picture_digest
    mode = "OnlineEventAttendanceMode" if online else "OfflineEventAttendanceMode"
    return _render_json_ld(
        {
            "@type": "BusinessEvent",
            "name": str(event.name),
            "startDate": _moment(event, event.starts_on, "opens"),
            "endDate": _moment(event, event.ends_on, "closes"),
            "eventStatus": f"https://schema.org/{status}",
            "organizer": {
                "@type": "Organization",
                "name": settings.SENDER_ORGANISATION or str(event.campaign.name),
                "url": site + reverse("home"),
            },
            "image": site + reverse("event_brand_picture", args=[event.slug]) if has_picture else "",
            "eventAttendanceMode": f"https://schema.org/{mode}",
            "location": place,
            "url": url,
        },
        _path(site, (_("Events"), reverse("events")), (str(event.name), reverse("event", args=[event.slug]))),
    )
