"""Pages for what went wrong. None of them says what lies behind."""

from django.shortcuts import render

from matchmaker.web.access import everyone


@everyone
def csrf_failure(request, reason=""):
    """The form was open too long or cookies are off: say so; the back button still has what was typed."""
    return render(request, "403_csrf.html", status=403)
