"""Work that only one machine does at a time."""

from django.db import models


class Lease(models.Model):
    """Who does a piece of work, and until when by the clock of the database; see `notifications/leases.py`."""

    name = models.CharField(max_length=60, primary_key=True)
    holder = models.CharField(max_length=200)
    until = models.DateTimeField()

    def __str__(self):
        return f"{self.name}: {self.holder} until {self.until}"
