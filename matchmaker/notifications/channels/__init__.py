"""Channels that reach a person where she reads: robots of chat programs, and her browser.

Each channel is one module with one class behind one interface (`base.Channel`); `CHANNELS` names them. The contract
that all of them pass is `tests/notifications/test_channel_contract.py`.
"""

from matchmaker.notifications.channels.base import Channel, Gone, Refusal, Words
from matchmaker.notifications.channels.push import BrowserPush
from matchmaker.notifications.channels.robots import DingTalk, Feishu, WeCom

CHANNELS: dict[str, Channel] = {channel.name: channel for channel in (WeCom(), DingTalk(), Feishu(), BrowserPush())}

__all__ = ["CHANNELS", "Channel", "Gone", "Refusal", "Words"]
