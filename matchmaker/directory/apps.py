from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "matchmaker.directory"

    def ready(self):
        from matchmaker.core import exchange
        from matchmaker.directory import rates

        exchange.rates_in_yuan.register(rates.yuan_rates)
