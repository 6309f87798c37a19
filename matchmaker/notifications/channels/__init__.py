"""Channels that reach a person where she reads: robots of chat programs, and her browser.

Each channel is one class behind one interface (`base.Channel`); `robots.py` has the three chat programs. `CHANNELS`
names them. The contract that all of them pass is `tests/notifications/test_channel_contract.py`.
"""

from matchmaker.notifications.channels.base import AddressGone, Channel, ChatMessage, Refusal
from matchmaker.notifications.channels.push import BrowserPush
from matchmaker.notifications.channels.robots import DingTalk, Feishu, WeCom

CHANNELS: dict[str, Channel] = {channel.name: channel for channel in (WeCom(), DingTalk(), Feishu(), BrowserPush())}

__all__ = ["CHANNELS", "AddressGone", "Channel", "ChatMessage", "Refusal"]
