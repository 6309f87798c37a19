"""The Celery app and its timetable.

The rows in the database are the work; a task only says that there is some. So a task may run twice, late, or never.
"""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import celeryd_init
from kombu.transport.redis import Channel, QoS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")


class Unbound(QoS):
    """Does not acknowledge a message over a connection that is closed.

    When the connection to Redis breaks during a task, Celery 5.7 acknowledges the message over the closed connection,
    and the worker stops with an AttributeError. A message that is delivered again finds no row to work on.
    """

    def ack(self, delivery_tag):
        if self.channel.connection is not None:
            super().ack(delivery_tag)

    def reject(self, delivery_tag, requeue=False):
        if self.channel.connection is not None:
            super().reject(delivery_tag, requeue=requeue)


@celeryd_init.connect
def refuse_timetable_in_worker(options: dict, **_signal) -> None:
    """End a worker that was started with `-B`.

    Celery forks the timetable from the worker and closes all its files. Models that the worker has mapped close theirs
    again when Python frees them: by then the number belongs to another file, and on SQLite the timetable wrote its
    state into the database of the site.
    """
    if options.get("beat"):
        raise SystemExit(
            "The timetable cannot run inside a worker (-B): it would damage files of the site. "
            "Start it as a program of its own: celery -A matchmaker beat"
        )


Channel.QoS = Unbound
Channel.do_restore = False

app = Celery("matchmaker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.task_routes = {
    "accounts.*": {"queue": "mail"},
    "notifications.*": {"queue": "mail"},
    "companies.*": {"queue": "mail"},
    "campaigns.*": {"queue": "mail"},
    "matching.*": {"queue": "match"},
    "events.*": {"queue": "match"},
    "imports.*": {"queue": "mail"},
    "directory.*": {"queue": "match"},
    "messaging.*": {"queue": "mail"},
    "translation.*": {"queue": "match"},
    "reporting.*": {"queue": "match"},
}
app.conf.task_default_queue = "match"
app.conf.beat_scheduler = "matchmaker.running.timetable:SingleScheduler"
app.conf.beat_schedule = {
    "match what was published": {"task": "matching.match_waiting", "schedule": 10.0, "options": {"expires": 10}},
    "judge prices by the rates of today": {
        "task": "matching.judge_prices_again",
        "schedule": crontab(hour=3, minute=20),
    },
    "learn from answers": {"task": "matching.learn_weights", "schedule": crontab(hour=3, minute=40)},
    "match everything after entry": {"task": "matching.match_after_entry", "schedule": crontab(minute="*/5")},
    "match everything anew": {"task": "matching.match_at_night", "schedule": crontab(hour=4, minute=10)},
    "remind of matches": {"task": "matching.remind_owing", "schedule": crontab(hour=1, minute=45)},
    "compute plans of meetings": {"task": "events.compute_plans", "schedule": 10.0, "options": {"expires": 10}},
    "work on imports": {"task": "imports.work_waiting", "schedule": 10.0, "options": {"expires": 10}},
    "forget stored answers": {"task": "accounts.forget_stored_answers", "schedule": crontab(hour=3, minute=20)},
    "send letters about accounts": {"task": "accounts.send_letters", "schedule": 10.0, "options": {"expires": 10}},
    "forget old letters": {"task": "accounts.forget_old_letters", "schedule": crontab(hour=3, minute=25)},
    "work on feeds": {"task": "imports.work_feeds", "schedule": 10.0, "options": {"expires": 10}},
    "read pictures": {"task": "imports.read_pictures", "schedule": 10.0, "options": {"expires": 10}},
    "forget old imports": {"task": "imports.forget_old", "schedule": crontab(hour=3, minute=40)},
    "send letters to interpreters": {"task": "events.send_letters", "schedule": 10.0, "options": {"expires": 10}},
    "remind of meetings": {"task": "events.remind_of_meetings", "schedule": 60.0, "options": {"expires": 60}},
    "deliver what waits": {"task": "notifications.deliver_waiting", "schedule": 10.0, "options": {"expires": 10}},
    "refresh the directory": {"task": "directory.refresh", "schedule": 5.0, "options": {"expires": 5}},
    "look for news under saved searches": {
        "task": "directory.look_for_news",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "translate what waits": {"task": "translation.translate_waiting", "schedule": 10.0, "options": {"expires": 10}},
    "send invitations": {"task": "companies.send_invitations", "schedule": 10.0, "options": {"expires": 10}},
    "send letters to partners": {"task": "campaigns.send_letters", "schedule": 10.0, "options": {"expires": 10}},
    "work on many companies": {"task": "campaigns.work_on_bulk", "schedule": 10.0, "options": {"expires": 10}},
    "remind of invitations to companies": {"task": "campaigns.write_reminders", "schedule": crontab(minute=25)},
    "remind of answers to companies": {
        "task": "campaigns.remind_of_answers",
        "schedule": crontab(hour=0, minute=50),
    },
    "lower levels whose evidence ran out": {"task": "companies.lower_expired_levels", "schedule": crontab(minute=2)},
    "remove files without a row": {"task": "core.remove_unclaimed_files", "schedule": crontab(hour=3, minute=50)},
    "remind of demands that close": {"task": "catalogue.remind_of_closing", "schedule": crontab(hour=1, minute=30)},
    "close demands of yesterday": {"task": "catalogue.close_expired_demands", "schedule": crontab(minute=5)},
    "send surveys after events": {"task": "reporting.send_surveys", "schedule": crontab(minute="*/10")},
    "count large reports": {"task": "reporting.count_reports", "schedule": 10.0, "options": {"expires": 10}},
    "send what waited for an approval": {
        "task": "messaging.send_what_waited",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "remind of enquiries": {"task": "messaging.keep_time", "schedule": crontab(minute=35)},
    "remind of registrations": {
        "task": "market_access.remind_of_registrations",
        "schedule": crontab(hour=6, minute=20),
    },
    "announce coming rules": {"task": "market_access.announce_coming_rules", "schedule": crontab(hour=6, minute=40)},
}
