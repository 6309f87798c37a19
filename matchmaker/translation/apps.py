from django.apps import AppConfig
from django.core.signals import request_finished, request_started
from django.utils.translation import gettext_lazy as _

from matchmaker.translation import memory


class TranslationConfig(AppConfig):
    name = "matchmaker.translation"
    verbose_name = _("translation")

    def ready(self) -> None:
        request_started.connect(memory.begin)
        request_finished.connect(memory.end)
