"""What a person agreed to, kept with the words she read."""

import hashlib

from django.db import transaction
from django.utils.translation import get_language

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import Consent, User


@transaction.atomic
def give_consent(*, by: User, purpose: str, text: str) -> Consent:
    """Keep the whole text as it was shown, in the language it was shown in."""
    consent = Consent.objects.create(user=by, purpose=purpose, text=text, language=get_language() or "")
    facts = {"purpose": purpose, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    record(by=by, verb="give_consent", on=consent, organisation=by, facts=facts)
    return consent
