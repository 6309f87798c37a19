from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "matchmaker.events"

    def ready(self):
        from matchmaker.campaigns.services import bulk
        from matchmaker.companies import privacy
        from matchmaker.events import calendar
        from matchmaker.notifications import calendars, mail

        calendars.makers.register(calendar.agenda, key="events.agenda")
        calendars.makers.register(calendar.interpreter_mail, key="events.interpreter")
        mail.senders.register(_send_waiting)
        mail.looks.register(_look)
        privacy.ends_with.register(_leave)
        bulk.actions.register("matchmaker.events.services.invitations.INVITE", key="invite_to_event")
        bulk.actions.register("matchmaker.events.services.invitations.REGISTER", key="register")
        bulk.actions.register("matchmaker.events.services.invitations.REMIND", key="remind")


def _leave(by, company) -> None:
    from matchmaker.events.services import withdraw_from_all  # here, because it brings the solver with it

    withdraw_from_all(by=by, company=company)


def _look(context) -> dict[str, str]:
    from matchmaker.events.services.brand import look_of_letter

    return look_of_letter(context)


def _send_waiting() -> int:
    from matchmaker.events.services.interpreters import send_waiting

    return send_waiting()
