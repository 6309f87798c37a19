"""The verbs of the catalogue."""

from matchmaker.catalogue.services.demands import (
    close_demand,
    close_expired_demands,
    invite_to_demand,
    publish_demand,
    save_demand,
    withdraw_demand,
)
from matchmaker.catalogue.services.products import (
    add_product_image,
    copy_product,
    pause_product,
    publish_product,
    remove_product_image,
    save_product,
    withdraw_product,
)
from matchmaker.catalogue.services.shortlist import note_on_shortlist, shortlist_product, unshortlist_product

__all__ = [
    "add_product_image",
    "close_demand",
    "close_expired_demands",
    "copy_product",
    "invite_to_demand",
    "note_on_shortlist",
    "pause_product",
    "publish_demand",
    "publish_product",
    "remove_product_image",
    "save_demand",
    "save_product",
    "shortlist_product",
    "unshortlist_product",
    "withdraw_demand",
    "withdraw_product",
]
