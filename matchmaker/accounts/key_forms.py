"""Forms of the second step with labels of our own: they say which code is meant."""

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.utils.translation import gettext_lazy as _


class _NamesKey:
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
        self.fields["name"].widget.attrs |= {"maxlength": 100, "autocomplete": "off"}


class AddKeyForm(_NamesKey, AddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        alone = self.fields["passwordless"]
        alone.label = _("This key signs me in without the password")
        alone.help_text = _("It then asks for your fingerprint, your face or its PIN.")


class EditKeyForm(_NamesKey, EditWebAuthnForm):
    pass


class _AsksForCode:
    code_label = _("Digits of the app, or a recovery code")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = self.code_label
        # Both kinds are digits, so a phone may show its number keys; a word inside the box would only hide behind them.
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "spellcheck": "false"}
        self.fields["code"].widget.attrs.pop("placeholder", None)


class GiveCodeForm(_AsksForCode, AuthenticateForm):
    pass


class GiveCodeAgainForm(_AsksForCode, ReauthenticateForm):
    pass


class AddAppForm(_AsksForCode, ActivateTOTPForm):
    code_label = _("The six digits of the app")
