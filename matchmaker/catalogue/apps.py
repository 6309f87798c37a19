from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "matchmaker.catalogue"
