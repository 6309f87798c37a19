from django.apps import AppConfig


class MarketAccessConfig(AppConfig):
    name = "matchmaker.market_access"
