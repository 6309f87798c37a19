from django.apps import AppConfig


class FirstOrdersConfig(AppConfig):
    name = "matchmaker.first_orders"
