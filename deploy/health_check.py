"""For a container: does the web server of this machine answer? Exits with 1 if not. Another path may be given.

Django answers only to names in ALLOWED_HOSTS, so the request carries the first of them.
"""

import os
import sys
import urllib.request

host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".").replace("*", "localhost")
path = sys.argv[1] if len(sys.argv) > 1 else "/health/live"
request = urllib.request.Request(f"http://127.0.0.1:8000{path}", headers={"Host": host})
try:
    with urllib.request.urlopen(request, timeout=5) as answer:
        sys.exit(0 if answer.status == 200 else 1)
except OSError as error:
    sys.exit(f"The web server does not answer: {error}")
