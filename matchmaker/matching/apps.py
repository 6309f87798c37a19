from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "matchmaker.matching"

    def ready(self):
        from matchmaker.campaigns.services import approval
        from matchmaker.companies import privacy

        privacy.ends_with.register(_withdraw_contact)
        approval.takes_back_what_waited.register(_take_back_early)


def _withdraw_contact(by, company) -> None:
    from matchmaker.matching.services.answers import withdraw_contact

    withdraw_contact(company=company)
    _take_back_early(company)


def _take_back_early(company) -> None:
    from matchmaker.matching.services.early import take_back_early

    take_back_early(company=company)
