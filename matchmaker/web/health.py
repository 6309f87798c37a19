"""Is the site alive, and can it work? For load balancers and `make run`."""

from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.views.decorators.cache import never_cache

from matchmaker.web.access import everyone


@everyone
@never_cache
def live(request):
    return JsonResponse({"alive": True})


@everyone
@never_cache
def ready(request):
    """200 when the database answers; Redis may be away, since no promise depends on it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ready": False, "database": False}, status=503)
    return JsonResponse({"ready": True, "database": True})
