"""Forms of keys and passkeys, where allauth has no word of ours."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.utils.translation import gettext_lazy as _


class _Named:
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")


class AddKeyForm(_Named, AddWebAuthnForm):
    pass


class EditKeyForm(_Named, EditWebAuthnForm):
    pass
