from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "matchmaker.accounts"

    def ready(self):
        from matchmaker.accounts import letters
        from matchmaker.notifications import mail

        mail.senders.append(letters.send_waiting)
