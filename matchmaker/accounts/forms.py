"""Sign-up asks for what is needed to sign in and to be addressed, nothing else."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
)
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.core import ratelimit
from allauth.socialaccount.forms import SignupForm as ProviderSignupForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from matchmaker.accounts.models import User
from matchmaker.accounts.ways_in import end_ways_in, names_of_ways
from matchmaker.core.lists import format_list, side_by_side
from matchmaker.core.text import validate_person_name

# What the four validators say one below the other, in one sentence.
A_GOOD_PASSWORD = _(
    "At least ten characters; not your name, not the name of this site, and not one that many people use."
)


class _Ours:
    """Our own labels, and no placeholder that repeats the label."""

    labels = {"login": _("Email"), "email": _("Email"), "password": _("Password"), "password1": _("Password")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.labels.keys() & self.fields.keys():
            self.fields[name].label = self.labels[name]
            self.fields[name].widget.attrs.pop("placeholder", None)


class SignInForm(_Ours, LoginForm):
    pass


class AgainForm(_Ours, ReauthenticateForm):
    pass


class AskPasswordForm(_Ours, ResetPasswordForm):
    pass


class ProviderJoinForm(_Ours, ProviderSignupForm):
    pass


class SignupForm(_Ours, AllauthSignupForm):
    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        validators=[validate_person_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = A_GOOD_PASSWORD

    def clean(self):
        """allauth judges the password beside the address alone; the name is known here too (B30)."""
        cleaned = super().clean()
        password = cleaned.get("password1")
        if password and "password1" not in self.errors:
            try:
                validate_password(password, User(name=cleaned.get("name", ""), email=cleaned.get("email", "")))
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return cleaned

    def try_save(self, request):
        """Hash the password also for an address that is known, where allauth does not.

        Hashing takes a third of a second: without this the clock would tell which addresses have an account (B29).
        """
        network = get_adapter().network_of(request)
        if not ratelimit.consume(request, action="signup_network", key=network):
            return None, ratelimit.respond_429(request)  # many addresses of one neighbourhood (B31)
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)

    def save(self, request):
        user = super().save(request)
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
        return user


class _NewPassword(_Ours):
    labels = {
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "password2": _("The same once more"),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = A_GOOD_PASSWORD
        if self.user and (names := names_of_ways(self.user)):
            listed = [_("%(kind)s: %(names)s") % {"kind": kind, "names": format_list(them)} for kind, them in names]
            self.fields["end_ways"] = forms.BooleanField(
                label=_("End all other ways into my account"),
                required=False,
                initial=True,
                help_text=_("They work without a password. If you do not know one of them, end all. %(list)s")
                % {"list": side_by_side(listed)},
            )

    def save(self):
        """The ways in end with the old password, unless the person keeps them (X4)."""
        super().save()
        if self.cleaned_data.get("end_ways"):
            end_ways_in(by=self.user)


class ChangedPasswordForm(_NewPassword, ChangePasswordForm):
    def clean_oldpassword(self):
        """Wrong ones count with the guesses at the sign-in (B32)."""
        given = self.cleaned_data.get("oldpassword", "")
        if not get_adapter().reauthenticate(self.user, given):
            raise get_adapter().validation_error("enter_current_password")
        return given


class FirstPasswordForm(_NewPassword, SetPasswordForm):
    pass


class ForgottenPasswordForm(_NewPassword, ResetPasswordKeyForm):
    pass
