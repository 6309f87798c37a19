"""What pages say where a site has several campaigns."""

from django import template

from matchmaker.campaigns.models import Campaign

register = template.Library()


@register.simple_tag
def has_several_campaigns() -> bool:
    """Whether something that holds for the whole site holds for more than one campaign that is not archived."""
    return Campaign.objects.exclude(state=Campaign.State.ARCHIVED).count() > 1
