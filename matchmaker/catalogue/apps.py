from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "matchmaker.catalogue"

    def ready(self):
        from matchmaker.campaigns.services import approval, bulk
        from matchmaker.catalogue.services import wishes

        bulk.actions.register("matchmaker.catalogue.services.missing.ASK", key="ask")
        approval.publishes_what_waited.register(wishes.publish_wishes)
