from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class EventsConfig(AppConfig):
    name = "matchmaker.events"

    def ready(self):
        from matchmaker.accounts import ways_in
        from matchmaker.campaigns.services import bulk
        from matchmaker.companies import privacy
        from matchmaker.events import calendar
        from matchmaker.notifications import calendars, mail

        calendars.makers.register(calendar.agenda, key="events.agenda")
        calendars.makers.register(calendar.interpreter_mail, key="events.interpreter")
        mail.senders.register(_send_waiting)
        mail.looks.register(_look)
        way = ways_in.WayIn(gettext_lazy("Calendar addresses"), _calendar_names, _end_calendars)
        ways_in.ways.register(way, key="calendar addresses")
        privacy.ends_with.register(_leave)
        bulk.actions.register("matchmaker.events.services.invitations.INVITE", key="invite_to_event")
        bulk.actions.register("matchmaker.events.services.invitations.REGISTER", key="register")
        bulk.actions.register("matchmaker.events.services.invitations.REMIND", key="remind")


def _calendar_names(user) -> list[str]:
    from matchmaker.events.models import CalendarAddress

    rows = CalendarAddress.objects.filter(user=user).select_related("participation__event")
    return [str(row.participation.event) for row in rows]


def _end_calendars(user) -> None:
    from matchmaker.events.models import CalendarAddress
    from matchmaker.events.services import close_calendar_address

    for row in CalendarAddress.objects.filter(user=user).select_related("participation__company"):
        close_calendar_address(by=user, participation=row.participation)


def _leave(by, company) -> None:
    from matchmaker.events.services import withdraw_from_all  # here, because it brings the solver with it

    withdraw_from_all(by=by, company=company)


def _look(context) -> dict[str, str]:
    from matchmaker.events.services.brand import look_of_letter

    return look_of_letter(context)


def _send_waiting() -> int:
    from matchmaker.events.services.interpreters import send_waiting

    return send_waiting()
