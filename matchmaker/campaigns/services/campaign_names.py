"""Which campaign a notice belongs to, for people who take part in several."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from uuid import UUID

from matchmaker.campaigns.models import Campaign, Organiser, Participation, Partner, PartnerSeat
from matchmaker.notifications.fanout import BELONGS_TO, Letter

SAYS_IT_ITSELF = "campaign"  # in the context of letters whose own words name the campaign


def names_for_letters(pairs: Sequence[tuple[Letter, int]]) -> Mapping[tuple[Letter, int], Mapping[str, str]]:
    """The name of the campaign of each letter, for those of its people who take part in several.

    Archived campaigns do not count: nothing happens there any more. With fewer than two others this is one query.
    """
    campaigns = {campaign.pk: campaign for campaign in Campaign.objects.exclude(state=Campaign.State.ARCHIVED)}
    if len(campaigns) < 2:
        return {}
    several = _in_several({person for _letter, person in pairs}, campaigns)
    open_pairs = [pair for pair in pairs if pair[1] in several and SAYS_IT_ITSELF not in pair[0].context]
    of_organisation = _campaign_of({letter.about for letter, _person in open_pairs if letter.about}, campaigns)
    names = {}
    for letter, person in open_pairs:
        key = letter.part_of or of_organisation.get(letter.about)
        if key in campaigns:
            names[letter, person] = campaigns[key].name
    return names


def keys_for_letters(letters: Sequence[Letter]) -> Mapping[Letter, str]:
    """The address part (slug) of the campaign of each letter, by which it looks and where its links lead.

    A letter about a company of several campaigns is of the one at the root where it takes part there, else of the
    newest. Where there is only one campaign nothing has to be said: this is one query.
    """
    campaigns = {campaign.pk: campaign for campaign in Campaign.objects.exclude(state=Campaign.State.ARCHIVED)}
    if len(campaigns) < 2:
        return {}
    of_organisation = _campaigns_of({letter.about for letter in letters if letter.about}, campaigns)
    keys = {}
    for letter in letters:
        own = [letter.part_of] if letter.part_of else of_organisation.get(letter.about, set())
        known = [campaigns[key] for key in own if key in campaigns]
        if known and BELONGS_TO not in letter.context:
            keys[letter] = max(known, key=lambda campaign: (campaign.is_current, campaign.starts_on, campaign.pk)).slug
    return keys


def _in_several(people: Iterable[int], campaigns: Mapping[int, Campaign]) -> set[int]:
    """Those who work for companies, a team or a partner of more than one campaign."""
    rows = chain(
        Organiser.objects.filter(user__in=people).values_list("user", "campaign"),
        Participation.objects.filter(company__memberships__user__in=people).values_list(
            "company__memberships__user", "campaign"
        ),
        PartnerSeat.objects.standing().filter(user__in=people).values_list("user", "partner__campaign"),
    )
    found = defaultdict(set)
    for person, campaign in rows:
        if campaign in campaigns:
            found[person].add(campaign)
    return {person for person, own in found.items() if len(own) > 1}


def _campaign_of(organisations: Iterable[UUID], campaigns: Mapping[int, Campaign]) -> dict[UUID | None, int]:
    """The campaign of each organisation: itself, a partner's, or the only one in which a company takes part."""
    found = _campaigns_of(organisations, campaigns)
    return {uid: next(iter(own)) for uid, own in found.items() if len(own) == 1}


def _campaigns_of(organisations: Iterable[UUID], campaigns: Mapping[int, Campaign]) -> Mapping[UUID | None, set[int]]:
    """All campaigns of each organisation."""
    found: defaultdict[UUID | None, set[int]] = defaultdict(set)
    rows = chain(
        Partner.objects.filter(uid__in=organisations).values_list("uid", "campaign"),
        Participation.objects.filter(company__uid__in=organisations).values_list("company__uid", "campaign"),
        ((campaign.uid, campaign.pk) for campaign in campaigns.values()),
    )
    for uid, campaign in rows:
        if campaign in campaigns:
            found[uid].add(campaign)
    return dict(found)
