from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "matchmaker.events"

    def ready(self):
        from matchmaker.events import calendar
        from matchmaker.notifications import calendars

        calendars.makers["events.agenda"] = calendar.agenda
