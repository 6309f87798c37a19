"""What people do with the directory, and what a buyer and a supplier are told."""

from matchmaker.directory.index_service import search, search_keys, search_total, similar_products
from matchmaker.directory.services.alerts import due_searches, look_for_news
from matchmaker.directory.services.buying import (
    arrange_shortlist,
    hidden_products,
    hidden_suppliers,
    mark_on_shortlist,
    say_not_for_us,
    take_back_not_for_us,
)
from matchmaker.directory.services.rates import remove_rate, set_rate
from matchmaker.directory.services.searches import forget_search, save_search
from matchmaker.directory.services.visits import interest_in, note_visit, recently_seen, show_visits, visitors

__all__ = [
    "arrange_shortlist",
    "due_searches",
    "forget_search",
    "hidden_products",
    "hidden_suppliers",
    "interest_in",
    "look_for_news",
    "mark_on_shortlist",
    "note_visit",
    "recently_seen",
    "remove_rate",
    "save_search",
    "say_not_for_us",
    "search",
    "search_keys",
    "search_total",
    "set_rate",
    "show_visits",
    "similar_products",
    "take_back_not_for_us",
    "visitors",
]
