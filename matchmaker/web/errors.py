"""Pages for what went wrong. None of them says what lies behind."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.shortcuts import render
from django.views.defaults import bad_request

from matchmaker.web.access import everyone


@everyone
def csrf_failure(request, reason=""):
    """The form was open too long or cookies are off: say so; the back button still has what was typed."""
    return render(request, "403_csrf.html", status=403)


@everyone
def not_understood(request, exception):
    """What cannot be read is 400; what was more than we read is 413, whatever it was (B94)."""
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        return render(request, "413.html", status=413)
    return bad_request(request, exception)
