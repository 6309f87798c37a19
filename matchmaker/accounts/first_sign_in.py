"""What is noted when a person signs in: the moment, and the browser's time zone, unless her account has one."""

import time

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from matchmaker.core.clocks import known_zone

ZONE_COOKIE = "time_zone"  # set by static/js/app.js
# In the session, as seconds since 1970: the sign-in, and the last request or one a few minutes before it.
SESSION_BEGAN, SESSION_SEEN = "began_at", "seen_at"


@receiver(user_logged_in)
def note_start(sender, request, user, **more) -> None:
    if request is not None:
        request.session[SESSION_BEGAN] = request.session[SESSION_SEEN] = int(time.time())


@receiver(user_logged_in)
def note_time_zone(sender, request, user, **more) -> None:
    zone = known_zone(request.COOKIES.get(ZONE_COOKIE, "")) if request is not None else None
    if zone is not None and not user.time_zone:
        user.time_zone = zone.key
        user.save(update_fields=["time_zone"])
