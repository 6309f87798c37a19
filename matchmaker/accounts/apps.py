from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "matchmaker.accounts"

    def ready(self):
        from matchmaker.accounts import first_sign_in, letters  # noqa: F401 - first_sign_in listens to sign-ins
        from matchmaker.notifications import mail

        mail.senders.register(letters.send_waiting)
