"""What search engines read of a page (schema.org, JSON-LD). It is data, not a script: the CSP lets it stand."""

import json
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.events.models import Event

# Inside an element a "<" could end it early: the escapes of json_script, which are JSON all the same.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def _render_json_ld(data: dict[str, Any]) -> SafeString:
    filled = {name: value for name, value in data.items() if value not in ("", None, [], {})}
    text = json.dumps({"@context": "https://schema.org", **filled}, ensure_ascii=False).translate(_ESCAPES)
    return SafeString(text)


def product_data(product: Product, site: str) -> SafeString:
    text = product.text
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
            "description": text.description if text else "",
            "url": site + reverse("product", args=[product.uid]),
            "category": str(product.category.name) if product.category else "",
            "countryOfOrigin": product.origin,
            "image": [site + image.file.url for image in product.images.all()],
            "manufacturer": {"@type": "Organization", "name": product.company.legal_name},
            "offers": offer,
        }
    )


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
        }
    )


def event_data(event: Event, site: str) -> SafeString:
    online = event.mode == Event.Mode.ONLINE
    url = site + reverse("event", args=[event.slug])
    place: dict[str, Any] = {"@type": "VirtualLocation", "url": url}
    if not online:
        place = {"@type": "Place", "name": str(event.venue), "address": str(event.city)}
    mode = "OnlineEventAttendanceMode" if online else "OfflineEventAttendanceMode"
    return _render_json_ld(
        {
            "@type": "BusinessEvent",
            "name": str(event.name),
            "startDate": event.starts_on.isoformat(),
            "endDate": event.ends_on.isoformat(),
            "eventAttendanceMode": f"https://schema.org/{mode}",
            "location": place,
            "url": url,
        }
    )
