"""Topics: what people switch on and off. Each kind of notice names its topic in `kinds.toml`.

A topic is a file `templates/notifications/topics/<topic>.txt`: first line its name, second line what it tells about.
The topic `account` cannot be switched off.
"""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.checks import Error, register
from django.core.exceptions import ImproperlyConfigured
from django.template.loader import get_template, render_to_string
from django.utils.translation import gettext as _

from matchmaker.notifications import kinds

ACCOUNT = "account"  # security and the person's own access
ANNOUNCEMENT = "announcement"  # written by hand by the team: a kind that is not declared, and its own topic
MAIL, IN_APP, SMS, WECHAT = "email", "in_app", "sms", "wechat"
WECOM, DINGTALK, FEISHU, PUSH = "wecom", "dingtalk", "feishu", "push"
# Those that need an address which the person adds herself: see `addresses`.
ADDED = (WECOM, DINGTALK, FEISHU, PUSH)
CHANNELS = (IN_APP, MAIL, SMS, WECHAT, *ADDED)
DEFAULTS = {IN_APP: "now", MAIL: "now", **dict.fromkeys(CHANNELS[2:], "never")}
PARTS = ("subject.txt", "txt", "html", "line.html")


@cache
def all_topics() -> frozenset[str]:
    """The topics that have a file, `account` among them."""
    folders = [Path(place) for engine in settings.TEMPLATES for place in engine["DIRS"]]
    names = {file.stem for folder in folders for file in (folder / "notifications/topics").glob("*.txt")}
    return frozenset(names | {ACCOUNT})


def switchable() -> list[str]:
    """The topics a person decides about, in the order of their names' files."""
    return sorted(all_topics() - {ACCOUNT})


@cache
def topic_of(kind: str) -> str:
    """The topic of a kind.

    Raises:
        ImproperlyConfigured: the kind lacks one of its templates, or is not declared.
    """
    for part in PARTS:
        try:
            get_template(f"notifications/{kind}.{part}")
        except Exception as error:
            raise ImproperlyConfigured(f"The notice {kind!r} has no sound template {kind}.{part}: {error}") from error
    return ANNOUNCEMENT if kind == ANNOUNCEMENT else kinds.get(kind).topic


@register()
def every_kind_names_its_topic(app_configs, **kwargs) -> list[Error]:
    return [
        Error(
            f"The notice {kind.name!r} names no topic that is there.",
            hint="Write `topic = …` in templates/notifications/kinds.toml: a file of templates/notifications/topics.",
            id="matchmaker.E003",
        )
        for kind in kinds.all_kinds().values()
        if kind.topic not in all_topics()
    ]


def label(topic: str) -> tuple[str, str]:
    """Name and one sentence, in the language set at the moment."""
    name, _, about = render_to_string(f"notifications/topics/{topic}.txt").strip().partition("\n")
    return name.strip(), about.strip()


def available_channels() -> list[str]:
    """The channels people can choose: short messages only where an adapter of a provider is set."""
    adapters = getattr(settings, "TEXT_ADAPTERS", {})
    return [channel for channel in CHANNELS if channel in (IN_APP, MAIL) or channel in adapters]


def channel_name(channel: str) -> str:
    return {
        IN_APP: _("On the site"),
        MAIL: _("Email"),
        SMS: _("Text message"),
        WECHAT: _("WeChat"),
        WECOM: _("WeCom"),
        DINGTALK: _("DingTalk"),
        FEISHU: _("Feishu"),
        PUSH: _("In the browser"),
    }[channel]
