"""`manage.py deliver`: one round of the post without Celery or Redis, for a machine that has neither."""

from django.core.management.base import BaseCommand

from matchmaker.notifications import addresses, digests, mail, outbox, texts, webhooks


class Command(BaseCommand):
    help = "Deliver what waits, once, in this process."

    def handle(self, *args, **options):
        outbox.record_heartbeat()
        digests.gather()
        left = mail.deliver_waiting() + digests.deliver_waiting() + texts.deliver_waiting() + webhooks.deliver_waiting()
        left += addresses.deliver_waiting()
        left += sum(send() for send in mail.senders)
        self.stdout.write(f"{left} delivered")
