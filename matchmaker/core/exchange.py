"""Amounts in another currency. Rates only order and compare prices; no payment uses them."""

from collections.abc import Mapping
from decimal import Decimal

from django.conf import settings
from django.utils.module_loading import import_string


def yuan_rates() -> Mapping[str, Decimal]:
    """Currency → yuan for one unit of it, CNY included, as the organiser set them (setting `EXCHANGE_RATES`)."""
    rates: Mapping[str, Decimal] = import_string(settings.EXCHANGE_RATES)()
    return rates
