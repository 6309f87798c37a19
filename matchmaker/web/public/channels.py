"""Where a person reads: her robots of chat programs and her browsers, with a test message for each."""

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from matchmaker.core.lists import join_sentences
from matchmaker.core.problems import Refused
from matchmaker.notifications import addresses, topics
from matchmaker.notifications.channels import push
from matchmaker.notifications.models import ChannelAddress
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages


class RobotForm(forms.Form):
    """The robot of a chat group; the service checks what the program's own rules are."""

    channel = forms.ChoiceField(label=gettext_lazy("Chat program"))
    url = forms.CharField(
        label=gettext_lazy("Address of the robot"),
        max_length=500,
        help_text=gettext_lazy("Create a robot in the settings of a chat group, and copy its webhook address."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    secret = forms.CharField(
        label=gettext_lazy("Secret for signing"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("DingTalk and Feishu show one where signing is switched on. WeCom has none."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        robots = [name for name in addresses.available() if name != topics.PUSH]
        self.fields["channel"].choices = [(name, topics.channel_name(name)) for name in robots]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)
def index(request: HttpRequest) -> HttpResponse:
    """The addresses, and the form for another robot."""
    form = RobotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            address = addresses.add_address(by=request.user, **form.cleaned_data)
            messages.success(request, _added_note(address))
            return redirect("notice_channels")
    pushes = topics.PUSH in addresses.available()
    context = {
        "form": form,
        "rows": [
            {"address": row, "name": topics.channel_name(row.channel)}
            for row in ChannelAddress.objects.filter(user=request.user)
        ],
        "push_key": push.public_key() if pushes else "",
    }
    return render(request, "public/notices_channels.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
@reauthentication_required
def add_browser(request: HttpRequest) -> HttpResponse:
    """The subscription of this browser, as push.js sends it."""
    keys = {name: request.POST.get(name, "")[:200] for name in ("p256dh", "auth")}
    url = request.POST.get("endpoint", "")[:500]
    try:
        address = addresses.add_address(by=request.user, channel=topics.PUSH, url=url, keys=keys)
    except ValidationError as problem:
        messages.error(request, join_sentences(problem.messages))
    except Refused as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, _added_note(address))
    return redirect("notice_channels")


@signed_in
@require_POST
def test(request: HttpRequest, uid) -> HttpResponse:
    address = get_object_or_404(ChannelAddress, uid=uid, user=request.user)
    with refusals_in_messages(request):
        addresses.send_test(address=address)
        messages.success(request, _("The test message was accepted. Look whether it is there."))
    return redirect("notice_channels")


@signed_in
@require_POST
def remove(request: HttpRequest, uid) -> HttpResponse:
    address = get_object_or_404(ChannelAddress, uid=uid, user=request.user)
    addresses.remove_address(by=request.user, address=address)
    messages.success(request, _("The address is removed."))
    return redirect("notice_channels")


def _added_note(address: ChannelAddress) -> str:
    sentence = _("Added: %(channel)s. Send a test message; then choose the topics under “What to notify me of”.")
    return sentence % {"channel": topics.channel_name(address.channel)}
