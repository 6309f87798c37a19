"""Views whose uploads end while they stream in, before they fill the disk (B55)."""

from collections.abc import Callable
from functools import wraps

from django.views.decorators.csrf import csrf_exempt, csrf_protect

from matchmaker.core.uploads import limit
from matchmaker.web.forms.double_submit import sent_once


def limited(most: int) -> Callable:
    """A view whose uploads end at `most` bytes; the view asks `request.too_large` and answers 413.

    The check against forged requests reads the body, so it comes after the limit is set (Django's own advice).
    """

    def decorate(view):
        checked = csrf_protect(sent_once(view))

        @csrf_exempt
        @wraps(view)
        def limiting(request, *args, **kwargs):
            limit(request, most)
            return checked(request, *args, **kwargs)

        limiting.policy = getattr(view, "policy", None)
        return limiting

    return decorate
