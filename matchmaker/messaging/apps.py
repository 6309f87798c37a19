from django.apps import AppConfig
from django.apps import apps as site_apps
from django.db.models.signals import post_migrate

# What each level of checking allows at first: level, first messages a day, requests that wait. Organisers change it.
FIRST_LIMITS = [(0, 5, 3), (1, 10, 5), (2, 20, 10), (3, 40, 20)]


def fill_limits(using, apps=site_apps, **_):
    """Every database has a row for each level, also one that was just emptied, as Django does for its permissions."""
    try:
        limits = apps.get_model("messaging", "ContactLimit").objects.using(using)
    except LookupError:  # migrated back to before the table
        return
    for level, per_day, requests in FIRST_LIMITS:
        limits.get_or_create(level=level, defaults={"per_day": per_day, "open_requests": requests})


class MessagingConfig(AppConfig):
    name = "matchmaker.messaging"

    def ready(self):
        from matchmaker.campaigns.services import approval
        from matchmaker.companies import bank_accounts, privacy
        from matchmaker.messaging.services.bank_accounts import tell_customers
        from matchmaker.messaging.services.prepared import forget_prepared, take_back_of

        approval.takes_back_what_waited.register(take_back_of)
        privacy.ends_with.register(forget_prepared)
        bank_accounts.confirmations.register(tell_customers)
        post_migrate.connect(fill_limits, sender=self)
