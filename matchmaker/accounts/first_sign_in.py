"""What is noted of a person's browser when she signs in: its time zone, unless her account has one."""

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from matchmaker.core.clocks import known_zone

ZONE_COOKIE = "time_zone"  # set by static/js/app.js


@receiver(user_logged_in)
def note_time_zone(sender, request, user, **more) -> None:
    zone = known_zone(request.COOKIES.get(ZONE_COOKIE, "")) if request is not None else None
    if zone is not None and not user.time_zone:
        user.time_zone = zone.key
        user.save(update_fields=["time_zone"])
