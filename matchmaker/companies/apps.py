from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "matchmaker.companies"

    def ready(self):
        from matchmaker.companies import domains, invitations, programs
        from matchmaker.notifications import mail, webhooks

        webhooks.responsible_people = programs.responsible_people
        mail.senders.extend([invitations.send_waiting, domains.send_waiting])
