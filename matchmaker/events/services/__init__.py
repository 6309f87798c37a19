"""What organisers and participants do with events."""

from matchmaker.events.services.events import EDITABLE, cancel_event, copy_event, publish_event, save_event

__all__ = ["EDITABLE", "cancel_event", "copy_event", "publish_event", "save_event"]
