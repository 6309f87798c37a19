from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "matchmaker.catalogue"

    def ready(self):
        from matchmaker.campaigns.services import approval
        from matchmaker.catalogue.services import wishes

        approval.publishes_what_waited.register(wishes.publish_wishes)
