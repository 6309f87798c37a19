#!/usr/bin/env python
"""Django's command line."""

import os
import sys

import django
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")
    if sys.argv[1:] in (["version"], ["--version"]):  # Django does not let a command replace its own
        from matchmaker import __version__

        sys.stdout.write(f"matchmaker {__version__} (Django {django.get_version()})\n")
    else:
        execute_from_command_line(sys.argv)
