from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "matchmaker.events"

    def ready(self):
        from matchmaker.companies import privacy
        from matchmaker.events import calendar
        from matchmaker.notifications import calendars, mail

        calendars.makers["events.agenda"] = calendar.agenda
        calendars.makers["events.interpreter"] = calendar.interpreter_mail
        mail.senders.append(_send_waiting)
        privacy.ends_with.append(_leave)


def _leave(by, company) -> None:
    from matchmaker.events.services import withdraw_from_all  # here, because it brings the solver with it

    withdraw_from_all(by=by, company=company)


def _send_waiting() -> int:
    from matchmaker.events.services.interpreters import send_waiting

    return send_waiting()
