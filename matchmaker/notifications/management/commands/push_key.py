"""`manage.py push_key`: a key for notices in the browser, to be put into PUSH_PRIVATE_KEY."""

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Print a new private key for notices in the browser (P-256, base64url)."

    def handle(self, *args, **options):
        number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        self.stdout.write(base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("="))
