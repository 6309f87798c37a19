"""The list of companies by filters, actions on many from it, and the pages of several campaigns."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from matchmaker.campaigns.models import BulkAction, Campaign, SavedView, Tag
from matchmaker.campaigns.services import bulk
from matchmaker.companies.models import Company, Invitation
from matchmaker.companies.services import name_key
from matchmaker.core.formats import day
from matchmaker.events.models import Event, EventInvitation, EventParticipation
from matchmaker.web.console import companies
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return factories.campaign(name={"en": "Spring fair", "zh-hans": "春季"})


@pytest.fixture
def organiser(campaign):
    return factories.organiser(campaign)


@pytest.fixture
def console(client, organiser):
    client.force_login(organiser)
    return client


def company(campaign, **fields) -> Company:
    make = factories.buyer if fields.pop("buyer", False) else factories.supplier
    row = make(**fields)
    Company.objects.filter(pk=row.pk).update(name_key=name_key(row))
    factories.take_part(campaign, row)
    return row


def names_on_page(console, **query) -> set[str]:
    page = console.get(reverse("console_companies"), query).context["page"]
    return {row.legal_name for row in page.object_list}


def event_of(campaign, **fields) -> Event:
    day = timezone.localdate() + dt.timedelta(days=20)
    values = {"slug": "fair", "name": {"en": "Fair", "zh-hans": "洽谈会"}, "status": "published"}
    return Event.objects.create(campaign=campaign, starts_on=day, ends_on=day, **{**values, **fields})


def test_words_find_names_whatever_their_accents(console, campaign):
    company(campaign, legal_name="Vinícola del Sur")
    company(campaign, legal_name="Crémerie Française")
    for words in ("vinicola", "Vinícola", "sur vinicola"):
        assert names_on_page(console, q=words) == {"Vinícola del Sur"}, words
    assert names_on_page(console, q="francaise") == {"Crémerie Française"}


def test_each_filter_narrows_the_list(console, campaign, organiser):
    event = event_of(campaign)
    one = company(campaign, legal_name="One", country="FR", verification=2)
    two = company(campaign, legal_name="Two", country="TH", buyer=True)
    three = company(campaign, legal_name="Three", country="CN", status="pending", buyer=True)
    three.memberships.all().delete()
    tag = Tag.objects.create(campaign=campaign, name="VIP")
    tag.companies.add(one)
    category = factories.category("AGRI-01")
    factories.product(one, category=category)
    EventInvitation.objects.create(event=event, company=two)
    now = timezone.now()
    EventParticipation.objects.create(event=event, company=one, side="supplier", registered_at=now)
    expected = {
        ("side", "supplier"): {"One"},
        ("side", "buyer"): {"Two", "Three"},
        ("country", "TH"): {"Two"},
        ("level", "2"): {"One"},
        ("status", "pending"): {"Three"},
        ("tag", str(tag.uid)): {"One"},
        ("category", "AGRI-01"): {"One"},
        ("invitation", "none"): {"Three"},
        ("event", "fair"): {"One", "Two"},
        ("side", "nonsense"): {"One", "Two", "Three"},
    }
    for (name, value), names in expected.items():
        assert names_on_page(console, **{name: value}) == names, (name, value)
    answers = {"registered": {"One"}, "none": {"Two"}, "yes": set(), "no_wishes": {"One"}, "not_invited": {"Three"}}
    for answer, names in answers.items():
        assert names_on_page(console, event="fair", answer=answer) == names, answer
    assert names_on_page(console, country=["FR", "CN"]) == {"One", "Three"}


def test_pages_of_the_second_half_are_read_from_the_end_and_show_the_same_companies(console, campaign, monkeypatch):
    """The database reads and skips what stands before a page: of 50,000 companies nearly all, for the last page."""
    monkeypatch.setattr(companies, "PER_PAGE", 2)
    now = timezone.now()
    for number in range(6):
        company(campaign, legal_name=f"Mill {number}", submitted_at=now + dt.timedelta(hours=number))
    company(campaign, legal_name="Mill 6", submitted_at=now + dt.timedelta(hours=5))  # the same moment as another
    shown = []
    for page in range(1, 5):
        with CaptureQueriesContext(connection) as seen:
            rows = console.get(reverse("console_companies"), {"page": page}).context["page"].object_list
        shown.append([row.legal_name for row in rows])
    assert shown == [["Mill 0", "Mill 1"], ["Mill 2", "Mill 3"], ["Mill 4", "Mill 5"], ["Mill 6"]]
    assert not [query["sql"] for query in seen if "OFFSET 6" in query["sql"]]


def test_the_list_by_invitation_has_the_companies_without_people_that_were_asked(console, campaign, organiser):
    rows = {name: company(campaign, legal_name=name) for name in ("Has people", "Invited", "New")}
    for name in ("Invited", "New"):
        rows[name].memberships.all().delete()
    now = timezone.now()
    Invitation.objects.create(
        company=rows["Invited"],
        email="mill@example.org",
        invited_by=organiser,
        not_before=now,
        expires_at=now + dt.timedelta(days=9),
    )
    assert names_on_page(console, invitation="account") == {"Has people"}
    assert names_on_page(console, invitation="invited") == {"Invited"}
    assert names_on_page(console, invitation="none") == {"New"}


def test_an_action_is_shown_without_joining_its_companies_to_all_of_its_items(console, campaign, organiser):
    for number in range(3):
        company(campaign, legal_name=f"Mill {number}")
    action = bulk.prepare(by=organiser, campaign=campaign, verb="approve", companies=Company.objects.all())
    with CaptureQueriesContext(connection) as seen:
        shown = console.get(reverse("console_bulk", args=[action.uid]))
    assert [item.company.legal_name for item, _why in shown.context["rows"]] == ["Mill 0", "Mill 1", "Mill 2"]
    items = [query["sql"] for query in seen if 'FROM "campaigns_bulkitem"' in query["sql"]]
    assert not [sql for sql in items if "JOIN" in sql]


def test_the_list_costs_the_same_queries_for_two_and_for_forty_companies(console, campaign):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert console.get(reverse("console_companies"), {"side": "supplier"}).status_code == 200
        return len(seen)

    for _n in range(2):
        company(campaign)
    queries()  # what is cached once
    few = queries()
    tag = Tag.objects.create(campaign=campaign, name="VIP")
    tag.companies.add(*[company(campaign) for _n in range(38)])
    assert queries() == few


def test_ticked_companies_are_looked_at_then_approved_and_taken_back(
    console, campaign, django_capture_on_commit_callbacks
):
    rows = [company(campaign, status="pending") for _n in range(3)]
    sent = {"verb": "approve", "company": [str(row.uid) for row in rows[:2]]}
    page = console.post(reverse("console_bulk_new"), sent, follow=True)
    assert "Do it for 2 companies" in page.text
    action = BulkAction.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        assert console.post(reverse("console_bulk_confirm", args=[action.uid])).status_code == 302
    assert Company.objects.filter(status="approved").count() == 2
    assert "Take it back" in console.get(reverse("console_bulk", args=[action.uid])).text
    with django_capture_on_commit_callbacks(execute=True):
        console.post(reverse("console_bulk_undo", args=[action.uid]))
    assert Company.objects.filter(status="pending").count() == 3


def test_all_that_match_are_meant_not_only_those_of_the_page(console, campaign):
    for _n in range(55):
        company(campaign, status="pending", country="TH")
    company(campaign, status="pending", country="FR")
    console.post(reverse("console_bulk_new"), {"verb": "tag", "all": "1", "query": "country=TH"})
    action = BulkAction.objects.get()
    assert action.items.count() == 55
    url = reverse("console_bulk_choose", args=[action.uid])
    assert console.post(url, {"tag": ""}).status_code == 422
    assert "Do it for 55 companies" in console.post(url, {"tag": "Thai"}, follow=True).text


def test_an_announcement_is_written_to_the_chosen_companies(console, campaign, django_capture_on_commit_callbacks):
    row = company(campaign)
    company(campaign)
    console.post(reverse("console_bulk_new"), {"verb": "announce", "company": [str(row.uid)]})
    action = BulkAction.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        console.post(reverse("console_bulk_confirm", args=[action.uid]))
    page = console.get(reverse("console_bulk", args=[action.uid]))
    address = f"{reverse('console_announcement_new')}?selection={action.uid}"
    assert address in page.text
    form = console.get(address)
    assert "1 chosen company" in form.text
    assert 'name="countries"' not in form.text
    texts = {"subject_en": "News", "body_en": "Hall 6", "subject_zh-hans": "通知", "body_zh-hans": "6 号馆"}
    page = console.post(address, {**texts, "selection": str(action.uid)}, follow=True)
    assert page.context["reach"].people == 1


def test_a_view_is_saved_opened_and_deleted(console, campaign):
    company(campaign, legal_name="One", country="FR")
    company(campaign, legal_name="Two", country="TH")
    console.post(reverse("console_view_save"), {"name": "French", "query": "country=FR&page=3", "shared": "1"})
    view = SavedView.objects.get()
    page = console.get(f"{reverse('console_companies')}?{view.query}")
    assert [row.legal_name for row in page.context["page"].object_list] == ["One"]
    console.post(reverse("console_view_delete", args=[view.uid]))
    assert not SavedView.objects.exists()


def test_event_staff_see_the_list_and_can_do_nothing_to_many(client, campaign):
    client.force_login(factories.organiser(campaign, "staff"))
    company(campaign)
    page = client.get(reverse("console_companies"))
    assert (page.status_code, "Look at it first" in page.text) == (200, False)
    assert client.post(reverse("console_bulk_new"), {"verb": "approve", "all": "1"}).status_code == 404


def test_participants_are_searched_filtered_and_paged(console, campaign):
    event = event_of(campaign)
    for number in range(52):
        row = company(campaign, legal_name=f"Mill {number:02}", buyer=number % 2 == 0)
        side = "buyer" if number % 2 == 0 else "supplier"
        EventParticipation.objects.create(event=event, company=row, side=side, registered_at=timezone.now())
    url = reverse("console_event_participants", args=["fair"])
    page = console.get(url).context["page"]
    assert (page.paginator.count, len(page.object_list)) == (52, 50)
    assert console.get(url, {"side": "buyer"}).context["page"].paginator.count == 26
    assert [row.company.legal_name for row in console.get(url, {"q": "mill 07"}).context["page"]] == ["Mill 07"]
    company(campaign, legal_name="Walk In")
    assert [row.legal_name for row in console.get(url, {"add": "walk"}).context["to_add"]] == ["Walk In"]


def test_a_company_answers_on_its_page_and_the_team_sees_it(client, organiser, campaign):
    event, row = event_of(campaign), company(campaign)
    EventInvitation.objects.create(event=event, company=row)
    client.force_login(row.members.get())
    url = reverse("meetings_invitation", args=["fair"])
    assert url in client.get(reverse("meetings")).text
    assert client.post(url, {"answer": "maybe"}).status_code == 422
    assert client.post(url, {"answer": "yes", "note": "We are two"}).status_code == 302
    client.force_login(factories.user())
    assert client.get(url).status_code == 404
    client.force_login(organiser)
    page = client.get(reverse("console_event_invitations", args=["fair"]), {"state": "yes"})
    assert "We are two" in page.text
    assert [invitation.company for invitation in page.context["page"]] == [row]


def test_an_invitation_to_an_event_of_one_day_names_the_day_once(client, campaign):
    event, row = event_of(campaign), company(campaign)
    event.ends_on = event.starts_on
    event.save()
    EventInvitation.objects.create(event=event, company=row)
    client.force_login(row.members.get())
    text = client.get(reverse("meetings_invitation", args=["fair"])).text
    assert text.count(day(event.starts_on, "long")) == 1


# Several campaigns.


def test_a_member_of_two_teams_switches_and_each_page_names_its_campaign(console, organiser, campaign):
    autumn = factories.campaign(name={"en": "Autumn fair", "zh-hans": "秋季"}, is_current=False)
    autumn.organisers.create(user=organiser, role="admin")
    company(campaign, legal_name="Of spring")
    company(autumn, legal_name="Of autumn")
    assert names_on_page(console) == {"Of spring"}
    answer = console.post(reverse("console_campaign_switch", args=[autumn.slug]))
    assert answer.url == f"/c/{autumn.slug}{reverse('console_home')}"
    page = console.get(f"/c/{autumn.slug}{reverse('console_companies')}")
    assert {row.legal_name for row in page.context["page"]} == {"Of autumn"}
    assert "Autumn fair" in page.text
    foreign = factories.campaign(is_current=False)
    assert console.post(reverse("console_campaign_switch", args=[foreign.slug])).status_code == 404


def test_a_team_of_a_campaign_that_the_site_does_not_show_works_in_it(client, campaign):
    other = factories.campaign(is_current=False, state="planned")
    client.force_login(factories.organiser(other))
    home = f"/c/{other.slug}{reverse('console_home')}"
    assert client.get(reverse("console_home")).url == home
    assert client.get(home).context["campaign"] == other
    assert client.get(reverse("desk")).url == home


def test_in_an_archived_campaign_nothing_is_sent(console, campaign):
    row = company(campaign, status="pending")
    Campaign.objects.update(is_current=False, state="archived")
    assert console.get(reverse("console_company", args=[row.uid])).status_code == 200
    assert console.post(reverse("console_company_approve", args=[row.uid])).url == reverse("console_campaigns")
    row.refresh_from_db()
    assert row.status == "pending"


def test_a_campaign_is_planned_opened_shown_and_filled_on_pages(client, campaign):
    admin = factories.organiser(campaign, "admin")
    client.force_login(admin)
    company(campaign)
    sent = {"name_en": "Autumn", "name_zh-hans": "秋季", "starts_on": "2031-01-01", "ends_on": "2031-12-31"}
    form = client.get(reverse("console_campaign_new")).context["form"]
    names = {f"name_{number}": text for number, text in enumerate(("Autumn", "秋季"))}
    assert form.fields.keys() >= {"name", "source", "copied"}
    page = client.post(reverse("console_campaign_new"), {**sent, **names, "source": campaign.slug, "copied": "texts"})
    assert page.status_code == 302, page.context["form"].errors
    new = Campaign.objects.get(slug="autumn")
    client.post(reverse("console_campaign_state", args=["autumn"]), {"state": "open"})
    client.post(reverse("console_campaign_current", args=["autumn"]))
    new.refresh_from_db()
    assert (new.state, new.is_current) == ("open", True)
    url = reverse("console_take_over", args=["autumn"])
    assert client.get(url, {"source": campaign.slug}).context["preview"].suppliers == 1
    desks = [str(factories.partner(campaign)[0].uid) for _number in range(2)]
    choice = {"source": campaign.slug, "partners": desks}
    page = client.get(url, choice)
    assert page.context["preview"].partners == 2
    assert all(f'name="partners" value="{uid}"' in page.text for uid in desks)
    client.post(url, choice)
    assert (new.companies.count(), new.partners.count()) == (1, 2)


def test_staff_of_the_site_see_all_campaigns_and_nobody_else_does(client, campaign, organiser):
    staff = factories.user(is_staff=True)
    client.force_login(organiser)
    assert client.get(reverse("console_site")).status_code == 404
    client.force_login(staff)
    page = client.get(reverse("console_site"))
    assert page.status_code == 302 or "Spring fair" in page.text


def test_the_page_of_an_action_on_many_companies_shows_that_they_are_being_counted(console, campaign, monkeypatch):
    monkeypatch.setattr(bulk, "COUNTED_AT_ONCE", 1)
    for name in ("One", "Two"):
        company(campaign, legal_name=name, status="pending")
    page = console.post(reverse("console_bulk_new"), {"verb": "approve", "all": "1", "query": ""}, follow=True)
    assert "The companies are being counted" in page.text
    assert "Do it for" not in page.text
    assert not console.get(reverse("console_bulk_list")).context["page"].object_list
    bulk.work_waiting()
    uid = BulkAction.objects.get().uid
    progress = console.get(reverse("console_bulk_progress", args=[uid]), headers={"HX-Request": "true"})
    assert progress["HX-Redirect"] == reverse("console_bulk", args=[uid])
    plain = console.get(reverse("console_bulk_progress", args=[uid])).text
    assert "Counted. Look and confirm" in plain
    assert "Done." not in plain
    assert "Do it for 2 companies" in console.get(reverse("console_bulk", args=[uid])).text
    page = console.post(reverse("console_bulk_confirm", args=[uid]), follow=True)
    assert page.context["job"]["state"] == "running"


def test_the_button_of_an_archived_campaign_says_what_it_does(console, campaign):
    console.force_login(factories.organiser(campaign, "admin"))
    Campaign.objects.filter(pk=campaign.pk).update(state="archived", is_current=False)
    text = console.get(reverse("console_campaigns")).text
    assert "Take it out of the archive" in text
    assert "Close it" not in text
    Campaign.objects.filter(pk=campaign.pk).update(state="open")
    assert "Close it" in console.get(reverse("console_campaigns")).text


def test_staff_of_the_site_without_a_team_have_a_header_of_pages_that_open(client, campaign):
    staff = factories.user(is_staff=True)
    client.force_login(staff)
    page = client.get(reverse("console_campaigns"))
    links = [link.url for link in page.context["nav"]]
    assert links == [reverse("console_site"), reverse("console_campaigns"), reverse("admin:index")]
    assert all(client.get(url).status_code in (200, 302) for url in links)
    assert "campaign-bar" not in page.text
    assert "data-palette-url" not in page.text


def test_a_page_that_does_not_exist_has_the_title_of_the_campaign_one_works_in(console, campaign):
    type(campaign).objects.filter(pk=campaign.pk).update(short_name={"en": "Spring"}, is_current=False)
    assert "· Spring" in " ".join(console.get("/console/no-such-page/").text.split())
