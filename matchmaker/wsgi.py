"""What gunicorn serves."""

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from matchmaker.web.access.route_policies import every_route_declares_its_policy

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")
application = get_wsgi_application()

# A server runs no checks by itself; this one must hold before the first request is answered.
if undeclared := every_route_declares_its_policy(None):
    raise ImproperlyConfigured("\n".join(str(error) for error in undeclared))
