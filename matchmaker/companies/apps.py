from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "matchmaker.companies"

    def ready(self):
        from matchmaker.companies import domains, invitations, programs
        from matchmaker.notifications import mail, webhooks

        webhooks.responsible_people.register(programs.responsible_people)
        mail.senders.register(invitations.send_waiting)
        mail.senders.register(domains.send_waiting)
