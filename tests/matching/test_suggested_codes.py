"""Codes that are suggested for goods as their makers call them."""

import pytest
from django.core.management import call_command

from matchmaker.matching.services import suggest_codes

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_a_french_cheese_is_suggested_as_cheese_and_not_as_milk_powder():
    call_command("load_reference", verbosity=0)
    for text in ("Comté AOP affiné 18 mois", "Comté AOP affiné 18 mois. Fromage à pâte pressée cuite, au lait cru"):
        (first, _share), *_others = suggest_codes(text, "fr", top=4).hs_codes
        assert first.code == "040690"
