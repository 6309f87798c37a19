"""Who has a booth: their meetings are held there, and the table the plan gave them stays in reserve."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.services import require_organiser
from matchmaker.events.models import Event, EventParticipation


@transaction.atomic
def give_booths(*, by: User, event: Event, booths: Mapping[EventParticipation, str]) -> int:
    """Write the booth of each registration, '' for none; returns how many changed.

    Raises:
        ValidationError: by the registration's `uid`; a booth holds one company.
    """
    require_organiser(by, event.campaign)
    rows = {row.pk: row for row in EventParticipation.objects.registered().select_for_update().filter(event=event)}
    wanted = {pk: row.booth for pk, row in rows.items()}
    wanted |= {row.pk: " ".join(text.split()) for row, text in booths.items() if row.pk in rows}
    problems: dict[str, Any] = {}
    holder: dict[str, EventParticipation] = {}
    for pk, booth in wanted.items():
        row = rows[pk]
        changed, row.booth = row.booth != booth, booth
        if booth and holder.setdefault(booth.casefold(), row) is not row:
            problems[str(row.uid)] = _("Booth %(booth)s has a company already.") % {"booth": booth}
        try:
            row.clean_fields(exclude=[field.name for field in row._meta.fields if field.name != "booth"])
        except ValidationError as error:
            problems[str(row.uid)] = error.messages
        if not changed:
            del rows[pk]
    if problems:
        raise ValidationError(problems)
    EventParticipation.objects.bulk_update(rows.values(), ["booth"], batch_size=500)
    record(by=by, verb="give_booths", on=event, organisation=event.campaign, facts={"changed": len(rows)})
    return len(rows)
