"""What is to be published by itself once its company is approved."""

from django.conf import settings
from django.db import models


class PublishWish(models.Model):
    """A person's wish to publish a draft as soon as the company is approved, and what stopped it then."""

    publish_wish_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    publish_problem = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True

    @property
    def publishes_when_approved(self) -> bool:
        return self.publish_wish_by_id is not None  # type: ignore[attr-defined]  # of the foreign key
