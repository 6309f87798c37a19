"""The level of evidence a company shows: the highest check that counts today, never more."""

import datetime as dt

from django.utils import timezone

from matchmaker.companies.models import Check, Company


def refresh_level(company: Company, today: dt.date | None = None) -> Company:
    """Write the level, its date and its end from the checks that stand; without one the company is 'claimed'."""
    today = today or timezone.localdate()
    best = Check.objects.standing(today).filter(company=company).order_by("-level", "-checked_on").first()
    company.verification = best.level if best else Company.Verification.CLAIMED
    company.verified_at = best.checked_on if best else None
    company.verified_until = best.expires_on if best else None
    company.save(update_fields=["verification", "verified_at", "verified_until", "updated_at"])
    return company


def withdraw_checks(company: Company) -> None:
    """What was checked is not what the company says any more; the caller writes the level."""
    Check.objects.filter(company=company, withdrawn_at__isnull=True).update(withdrawn_at=timezone.now())


def lower_expired(today: dt.date | None = None) -> int:
    """Lower every company whose shown evidence ran out; returns how many. May run any number of times."""
    today = today or timezone.localdate()
    expired = Company.objects.filter(verified_until__lt=today)
    for company in expired:
        refresh_level(company, today)
    return len(expired)
