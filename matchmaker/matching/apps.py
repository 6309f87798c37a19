from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "matchmaker.matching"

    def ready(self):
        from matchmaker.companies import privacy

        privacy.ends_with.register(_withdraw_contact)


def _withdraw_contact(by, company) -> None:
    from matchmaker.matching.services.answers import withdraw_contact

    withdraw_contact(company=company)
