"""What a person was told, what she wants to be told, and the way to stop a mail without signing in."""

from collections.abc import Iterable
from itertools import groupby

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseStopPolling, reswap

from matchmaker.campaigns.models import Campaign
from matchmaker.core.lists import join_label
from matchmaker.core.problems import Refused
from matchmaker.core.site_prefix import split
from matchmaker.notifications import addresses, bounces, preferences, services, topics, unsubscribing
from matchmaker.notifications.fanout import BELONGS_TO
from matchmaker.notifications.models import Attention, Frequency, Notice
from matchmaker.notifications.templatetags.notices import announced
from matchmaker.web.access.decorators import everyone, signed_in
from matchmaker.web.campaign_site import link

PAGE = 20
FOLD = 3


@signed_in
@require_safe
def show(request):
    """The list, newest first; ?unread=1 shows what is new."""
    notices = Notice.objects.visible_to(request.user)
    only_unread = request.GET.get("unread") == "1"
    page = Paginator(notices.unread() if only_unread else notices, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "days": _by_day(page.object_list),
        "only_unread": only_unread,
        "unread": notices.unread().count(),
    }
    return render(request, "public/notices.html", context)


def _by_day(notices: Iterable[Notice]) -> list[dict]:
    """The notices of a page day by day; three and more of one kind on a day fold into one line."""
    days = []
    for day, group in groupby(notices, key=lambda notice: timezone.localdate(notice.created_at)):
        kinds: dict[str, list[Notice]] = {}
        for notice in group:
            kinds.setdefault(notice.kind, []).append(notice)
        groups = []
        for same in kinds.values():
            folded = [same] if len(same) >= FOLD else [[notice] for notice in same]
            groups += [
                {"first": first, "rest": rest, "new": any(not n.read_at for n in rest)} for first, *rest in folded
            ]
        days.append({"day": day, "groups": groups})
    return days


@signed_in
@require_safe
def read(request, uid):
    """Mark one as read and go where it can be acted on."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), uid=uid)
    services.mark_read(by=request.user, notices=[notice])
    own = url_has_allowed_host_and_scheme(notice.path, allowed_hosts=None) and notice.path.startswith("/")
    campaign = Campaign.objects.shown().filter(slug=notice.context.get(BELONGS_TO, "")).first()
    if own and campaign and not split(notice.path)[0]:
        return redirect(link(request, campaign, notice.path))
    return redirect(notice.path if own else "notices")


@signed_in
@require_POST
def read_all(request):
    services.mark_read(by=request.user)
    return redirect("notices")


@signed_in
@require_safe
def announcement(request, uid):
    """One letter of the organiser, for those it was sent to."""
    notices = Notice.objects.visible_to(request.user).filter(context__announcement=str(uid))
    notice = notices.order_by("-id").first()
    if notice is None:
        raise Http404
    services.mark_read(by=request.user, notices=[notice])
    return render(request, "public/announcement.html", {"letter": announced(str(uid)), "notice": notice})


@everyone
@require_safe
def count(request):
    """The bell of the header, polled by htmx; it stops when the reader has signed out."""
    if not request.user.is_authenticated:
        return reswap(HttpResponseStopPolling(), "none")
    unread = Notice.objects.visible_to(request.user).unread().count()
    return render(request, "public/notices_count.html", {"unread_count": unread})


class WishesForm(forms.Form):
    """One choice for each topic and channel; named `topic.channel`."""

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.person, self.chosen = person, preferences.preferences_of(person)
        self.labels = {topic: topics.label(topic) for topic in topics.switchable()}
        self.channels = addresses.channels_of(person)
        names = dict(Frequency.choices)
        for topic in self.labels:
            for channel in self.channels:
                options = [(value, names[Frequency(value)]) for value in preferences.frequencies_of(channel)]
                self.fields[f"{topic}.{channel}"] = forms.ChoiceField(
                    label=join_label(self.labels[topic][0], topics.channel_name(channel)),
                    choices=options,
                    initial=self.chosen[topic, channel],
                )

    def rows(self):
        """Topic by topic: its name, what it tells about, and the cells with their channel's name."""
        for topic, (name, about) in self.labels.items():
            cells = [(topics.channel_name(channel), self[f"{topic}.{channel}"]) for channel in self.channels]
            yield {"name": name, "about": about, "cells": cells}

    def heads(self):
        return [topics.channel_name(channel) for channel in self.channels]

    def save(self):
        for name, frequency in self.cleaned_data.items():
            topic, channel = name.split(".")
            if self.chosen[topic, channel] != frequency:
                preferences.choose(by=self.person, topic=topic, channel=channel, frequency=frequency)


class QuietForm(forms.ModelForm):
    """Hours in which nothing rings, and where short messages go; the list on the site goes on filling."""

    class Meta:
        model = Attention
        fields = ("quiet_from", "quiet_until", "phone", "wechat")
        widgets = {
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        help_texts = {
            "quiet_from": gettext_lazy("On your own clock. Leave both empty for no quiet hours."),
            "quiet_until": gettext_lazy("What came in between is sent then."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for channel, name in ((topics.SMS, "phone"), (topics.WECHAT, "wechat")):
            if channel not in topics.available_channels():
                del self.fields[name]

    @property
    def numbers(self):
        """Where short messages reach her, where the site can send any."""
        return [self[name] for name in ("phone", "wechat") if name in self.fields]

    def clean(self):
        data = super().clean()
        if bool(data.get("quiet_from")) != bool(data.get("quiet_until")) and not self.errors:
            missing = "quiet_until" if data.get("quiet_from") else "quiet_from"
            self.add_error(missing, _("Quiet hours need a beginning and an end."))
        return data


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request):
    """What she wants to be told, how often, and when not."""
    attention = Attention.objects.filter(user=request.user).first() or Attention(user=request.user)
    if request.method == "POST" and "resume" in request.POST:
        bounces.lift(by=request.user)
        messages.success(request, _("We write to your address again."))
        return redirect("notice_settings")
    if request.method == "POST" and "gather" in request.POST:
        preferences.gather_all(by=request.user)
        messages.success(request, _("From now on one summary in the morning takes the place of these emails."))
        return redirect("notice_settings")
    data = request.POST if request.method == "POST" else None
    wishes = WishesForm(data, person=request.user)
    quiet = QuietForm(data, instance=attention)
    if data is not None and all([wishes.is_valid(), quiet.is_valid()]):
        try:
            wishes.save()
        except Refused as refusal:
            wishes.add_error(None, refusal.message)
        else:
            quiet.save()
            messages.success(request, _("Saved. It holds for everything from now on, and for what still waits."))
            return redirect("notice_settings")
    context = {
        "wishes": wishes,
        "quiet": quiet,
        "stopped": bounces.of(request.user),
        "at_once": any(how == Frequency.NOW for (_topic, where), how in wishes.chosen.items() if where == topics.MAIL),
    }
    status = 400 if data is not None else 200
    return render(request, "public/notices_settings.html", context, status=status)


@everyone
@csrf_exempt  # RFC 8058: the mail program posts without a cookie; the signed token is the right to act
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token):
    """GET shows what would stop and changes nothing; POST stops it, as often as it is sent."""
    found = unsubscribing.read(token)
    if found is None:
        raise Http404
    person, topic = found
    if request.method == "POST":
        unsubscribing.stop(by=person, topic=topic)
    name = _("the summary") if topic == unsubscribing.DIGESTS else topics.label(topic)[0]
    context = {"topic_name": name, "address": person.email, "stopped": request.method == "POST"}
    return render(request, "public/notices_stop.html", context)
