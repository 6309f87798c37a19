"""Who may do what with each thing, in one table: start-up, exports, mails and docs/security.md read it.

Each row names its database tables, the notices that tell of it, and the routes that give it out as a file. `manage.py
check`, which every command runs, finds a table, a notice or an export that no row names, and an export whose view opens
for another person than its row says. `manage.py rights` prints the table for the document.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.apps import apps
from django.core.checks import Error, register

from matchmaker.notifications import wording
from matchmaker.web.access.route_policies import policy_of, routes

COLUMNS = (
    "Anybody", "Member of the company", "Administrator of the company", "Other side of a match", "Campaign's team",
    "Key of a program",
)  # fmt: skip
SUPPLIER, BUYER = "member of a supplier", "member of a buyer"
ORGANISER, SIGNED_IN = "organiser of the campaign", "signed in"


@dataclass(frozen=True, slots=True)
class Right:
    """One thing: who may do what (a cell a column), and where it lies, is told of, and leaves as a file."""

    thing: str
    cells: tuple[str, str, str, str, str, str]
    tables: str = ""  # model labels
    notices: str = ""  # kinds
    exports: Mapping[str, str] = field(default_factory=dict)  # route → policy its view must declare


TABLE = (
    Right(
        "Approved supplier's profile", ("read", "read", "change", "read", "read", "as its person, by scope"),
        tables="companies.Company campaigns.Participation",
        notices="company_answer_due company_approved company_missing company_returned company_submitted"
        " company_waits_again welcome",
        exports={"console_export": ORGANISER},
    ),
    Right("Buyer, or company not approved",
        ("–", "read own", "change own", "– (contact after both said yes)", "read", "own")),
    Right("Number, contact data", ("–", "read own", "change own", "contact after both said yes", "read", "own"),
        tables="campaigns.Crossing"),
    Right("Approve, return, verify, suspend", ("–", "–", "–", "–", "organisers, never their own company", "–"),
        tables="companies.Check companies.Suspension campaigns.AutomaticApproval",
        notices="company_suspended company_back"),
    Right("Lift a suspension, merge duplicates",
        ("–", "–", "–", "–", "two organisers, never their own company", "–"),
        tables="companies.Merge", notices="company_merge"),
    Right("Take over a company by claim",
        ("the contact person of a company without people, by the confirmed address", "–", "object for a week", "–",
         "two organisers, never their own company; one where nobody is there and the domain is shown", "–"),
        tables="companies.Claim companies.ListedFields", notices="claim_answered company_claimed company_filled"),
    Right("Paper that shows who a company is, or what a product holds",
        ("–", "–", "send, read, remove", "–", "organisers read, each look on record",
         "as its person; the team's with a scope of its own"),
        tables="companies.Document"),
    Right("Proof of a domain", ("read the result", "read the result", "prove", "read the result", "read", "–"),
        tables="companies.DomainProof"),
    Right("Bank details of a company",
        ("–", "read own", "enter; confirm what another entered", "read the confirmed ones, in a deal or with a quote",
         "confirm after a call, where no second administrator can; never their own company", "–"),
        tables="companies.BankAccount", notices="company_account enquiry_account"),
    Right("Desk of a country partner or a trading group",
        ("–", "– (its partner sees state and figures)", "use a code, end it", "–", "admit, give seats, close",
         "admit, change, close, by scope"),
        tables="campaigns.Partner campaigns.PartnerSeat campaigns.PartnerCode campaigns.Enrolment",
        notices="partner_enrolled partner_invited partner_vouched"),
    Right("Answers to the campaign's questions",
        ("–", "–", "write own", "–", "read; organisers as a file", "–"),
        tables="campaigns.Question campaigns.Answer", exports={"console_answers_export": ORGANISER}),
    Right("Act for a company",
        ("–", "–", "is told, reads the record", "–", "organisers, with a reason, half an hour", "–"),
        notices="company_acted"),
    Right("Letters, quotes, samples and steps between companies",
        ("–", "own", "own", "own", "reported or held ones only", "by scope"),
        tables="messaging.Enquiry messaging.Message messaging.Attachment messaging.ReadMark messaging.Quote "
        "messaging.QuoteEvent "
        "messaging.Sample messaging.DealStep messaging.StepPaper messaging.FollowUp messaging.Report",
        notices="enquiry_assigned enquiry_declined enquiry_expired enquiry_follow_up enquiry_message enquiry_quote "
        "enquiry_reminder enquiry_request enquiry_review enquiry_step"),
    Right("Obstacle: what blocks a deal",
        ("–", "report, read, answer, close own", "the same", "– (a partner that follows the company: as its member)",
         "organisers read, answer, name who is responsible, close", "by scope"),
        tables="messaging.Obstacle messaging.ObstacleAnswer",
        notices="obstacle_answered obstacle_closed obstacle_reported"),
    Right("First-order programme, its list and draw",
        ("read once published", "the same", "the same", "the same", "organisers write, open, draw, end; accounts",
         "as its person"),
        tables="first_orders.Programme first_orders.Draw first_orders.Posting"),
    Right("Trial lot, application for a voucher and its documents",
        ("–", "write, confirm, apply, hand in, withdraw", "the same", "the same",
         "organisers read the application and its documents, accept, pay; never of their own company", "by scope"),
        tables="first_orders.TrialLot first_orders.LotConfirmation first_orders.VoucherApplication "
        "first_orders.VoucherDocument",
        notices="enquiry_trial_lot enquiry_voucher voucher_document"),
    Right("Request for a quote", ("–", "own", "own", "the line sent to it", "–", "by scope"),
        tables="messaging.QuoteRequest messaging.QuoteRequestLine"),
    Right("Comparison of quotes with the buyer's costs", ("–", "own", "own", "–", "–", "by scope"),
        tables="messaging.CostSheet messaging.QuoteCost"),
    Right("Whom a company blocks or takes letters from", ("–", "own", "own", "–", "limits only", "–"),
        tables="messaging.Block messaging.ContactLimit messaging.ContactPreference messaging.ContactUse"),
    Right("Members", ("–", "read", "invite, let in, change roles, remove, hand over", "–", "–", "–"),
        tables="companies.Membership companies.Invitation companies.JoinRequest",
        notices="company_invitation invitation_misused join_answered join_requested member_joined"),
    Right("Invitation of a company from a list",
        ("accept or refuse by the link of one's letter", "–", "–", "–", "organisers invite, read, withdraw",
         "as its person, by scope"),
        tables="campaigns.CompanyInvitation campaigns.InvitationReminder", notices="company_invitation_reminder"),
    Right("Record (audit)", ("–", "–", "read", "–", "its last lines of a company", "–"),
        tables="accounts.AuditEntry accounts.AuditChain"),
    Right("Product: draft", ("–", "write", "write, publish, pause, withdraw", "–", "–", "by scope"),
        tables="catalogue.Product catalogue.ProductText catalogue.ProductCertificate catalogue.ProductImage "
        "catalogue.ProductVariant",
        exports={"supplier_products_export": SUPPLIER}),
    Right("Reserved pictures and videos of a product",
        ("–", "write", "write", "read after both said yes", "–", "as its person, by scope")),
    Right("Product: published", ("read", "write", "pause, withdraw", "read", "read", "by scope")),
    Right("File or video of a product",
        ("who may see the product", "write", "write", "who may see the product", "read", "as its person, by scope"),
        tables="catalogue.ProductFile catalogue.ProductVideo"),
    Right("Readiness and registrations of a product", ("the result", "write", "write", "the result", "figures", "–"),
        tables="market_access.Registration market_access.ReadinessAnswer market_access.LabelVersion",
        notices="registration_expiring rule_coming"),
    Right("Demand: public",
        ("read, without the buyer's name", "write", "publish, close, withdraw", "read", "read", "by scope"),
        tables="catalogue.Demand catalogue.DemandLine catalogue.DemandVersion catalogue.DemandComment",
        notices="demand_closed demand_closing demand_passed demand_returned demand_waiting",
        exports={"buyer_demands_export": BUYER}),
    Right("Demand: invited", ("–", "write own", "as above", "the invited read", "–", "by scope"),
        tables="catalogue.DemandInvitation"),
    Right("Demand: private", ("–", "write own", "as above", "–", "– (counted only)", "by scope")),
    Right("Match", ("–", "read and answer own", "the same", "read and answer own", "figures only", "by scope"),
        tables="matching.Match matching.NeverAgain matching.OfferState matching.WantState",
        notices="match_found match_interest match_mutual match_reminder",
        exports={"supplier_matches_export": SUPPLIER, "buyer_matches_export": BUYER}),
    Right("Match and first message before the approval",
        ("–", "read, answer, prepare own", "the same", "– (after the approval as a match)", "–", "–"),
        tables="matching.EarlyMatch messaging.PreparedEnquiry"),
    Right("Matching of the campaign", ("–", "–", "–", "–", "read; organisers start and set", "–"),
        tables="matching.MatchSettings matching.MatchRun matching.MatchBlock"),
    Right("Shortlist, what is not for us", ("–", "own", "own", "–", "–", "–"),
        tables="catalogue.ShortlistItem directory.ShortlistDetail directory.NotForUs directory.ShowsVisits",
        exports={"buyer_shortlist_export": BUYER}),
    Right("Saved search, what one looked at", ("–", "own person", "own person", "a number", "–", "–"),
        tables="directory.SavedSearch directory.Alerted directory.Visit", notices="search_alert"),
    Right("Sheet being imported, feed of demands",
        ("–", "–", "own", "–", "organisers, the campaign's", "a feed as its person, by scope"),
        tables="imports.Import imports.ImportRow imports.Feed imports.FeedLine",
        notices="demand_feed feed_stopped import_stopped",
        exports={"import_example": SIGNED_IN, "import_refused": SIGNED_IN}),
    Right("Photograph or text from which a form is filled in",
        ("–", "own person", "own person", "–", "–", "–"), tables="imports.Reading"),
    Right("Notice", ("–", "own", "own", "–", "–", "own"),
        tables="notifications.Notice notifications.Delivery notifications.Digest notifications.Preference "
        "notifications.Attention notifications.Suppression notifications.ChannelAddress"),
    Right("Announcement, words of the mails", ("–", "read what one was sent", "read what one was sent", "–",
        "write; above a thousand people two", "announcements as its person, by scope"),
        tables="notifications.Announcement notifications.MutedKind notifications.Wording"),
    Right("Webhook", ("–", "own person", "own person", "–", "health only", "–"),
        tables="notifications.WebhookEndpoint notifications.WebhookDelivery notifications.WebhookAttempt",
        notices="webhook_disabled"),
    Right("Delivery as a whole", ("–", "–", "–", "–", "read; organisers try again, its administrator holds", "–"),
        tables="notifications.Hold notifications.Heartbeat notifications.Outage notifications.Lease"),
    Right("Event: in preparation", ("–", "–", "–", "–", "read; organisers write", "–")),
    Right("Event: published", ("read", "read", "read", "read", "read; organisers write", "read"),
        tables="events.Event events.EventBrand events.Hall"),
    Right("Registration, badge and agenda at an event",
        ("–", "own", "own", "name and booth", "read; organisers write", "as its person, by scope"),
        tables="events.EventParticipation events.CalendarAddress events.Attendee events.RevokedBadge "
        "events.AgendaReminder",
        notices="interpreter_timetable meetings_place meetings_published meetings_soon",
        exports={"console_event_export": ORGANISER, "meetings_agenda_export": SIGNED_IN}),
    Right("Wish, request and meeting",
        ("–", "own", "own", "own (a wish: –)", "meetings and plan; never a `never`", "by scope (a wish: –)"),
        tables="events.Wish events.MeetingRequest events.Meeting events.MeetingMove events.PlanDraft "
        "events.Interpreter events.InterpreterLetter events.BulkChange",
        notices="meetings_answered meetings_asked meetings_changed meetings_move meetings_off"),
    Right("Gate and contacts of a hall", ("–", "own contacts", "own contacts", "while shared", "gates and scans", "–"),
        tables="events.GateDevice events.Scan events.SavedContact", exports={"meetings_contacts_export": SIGNED_IN}),
    Right("Account, keys, copy, erasure", ("–", "own", "own", "own", "own", "–"),
        tables="accounts.User accounts.ApiToken accounts.Consent accounts.StoredAnswer accounts.AccountLetter "
        "accounts.SyncedList accounts.SyncedRow",
        notices="sign_in_guessed way_in_added"),
    Right("Team of the campaign",
        ("–", "–", "–", "–", "read; administrators give places, change roles, remove", "–"),
        tables="campaigns.Organiser campaigns.TeamSeat", notices="team_invited"),
    Right("Report, its targets and its data set",
        ("–", "–", "–", "–", "read; organisers set targets, take sheet and data set (a partner reads its own line)",
         "as its person"),
        tables="reporting.Target reporting.ReportCount", exports={"console_outcomes_export": ORGANISER}),
    Right("Survey after an event", ("–", "answer own, once", "answer own, once", "–", "sums; words without names", "–"),
        tables="reporting.Survey", notices="meetings_survey"),
    Right("Tags, saved views and actions on many companies",
        ("–", "–", "–", "–", "read; organisers write; a view is its owner's, or shared", "the team's, by scope"),
        tables="campaigns.Tag campaigns.CompanyTag campaigns.SavedView campaigns.BulkAction campaigns.BulkItem"),
    Right("Invitation to an event",
        ("–", "read and answer own", "the same", "–", "read; organisers invite and remind", "by scope"),
        tables="events.EventInvitation", notices="meetings_invited"),
    Right("Translations and what may leave the site",
        ("–", "–", "–", "–", "administrators see usage and failures; those of the campaign shown decide", "–"),
        tables="translation.Translation translation.KindPolicy translation.Usage"),
    Right("Pages of a campaign that is planned or archived",
        ("with a letter that invites into it", "the same", "the same", "–", "read; a partner with a seat, too", "–")),
    Right("Campaign, its rules, rates and codes",
        ("read", "read", "read", "read", "organisers write", "read"),
        tables="campaigns.Campaign campaigns.CampaignLogo catalogue.Category catalogue.HSCode market_access.EntryRule "
        "market_access.EntryQuestion market_access.AccessNotice market_access.Agreement "
        "market_access.AgreementPartner market_access.ImportRegime market_access.TariffRate "
        "market_access.AdditionalDuty market_access.AdditionalDutyList directory.ExchangeRate"),
)  # fmt: skip


def as_markdown() -> str:
    """The table as it stands in docs/security.md."""
    lines = [f"| Object | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    return "\n".join([*lines, *(f"| {right.thing} | {' | '.join(right.cells)} |" for right in TABLE)])


def exports() -> dict[str, str]:
    """Route → who may have the file."""
    return {name: policy for right in TABLE for name, policy in right.exports.items()}


@register()
def everything_has_its_right(app_configs, **kwargs) -> list[Error]:
    tables = [model._meta.label for model in apps.get_models() if model.__module__.startswith("matchmaker.")]
    wrong = [*_naming_problems("table", "tables", tables), *_naming_problems("notice", "notices", wording.kinds())]
    given = exports()
    found = {pattern.name: policy_of(pattern) for _path, pattern in routes() if _gives_a_file(pattern)}
    wrong += [f"the export {name!r} is named by no row" for name in found.keys() - given]
    wrong += [
        f"the export {name!r} opens for {found[name]!r}, not for {policy!r}"
        for name, policy in given.items()
        if found.get(name) != policy
    ]
    hint = "Name it in a row of TABLE in matchmaker/web/access/rights_table.py, or take it out there."
    return [Error(f"Who may do what: {what}.", hint=hint, id="matchmaker.E002") for what in sorted(wrong)]


def _gives_a_file(pattern) -> bool:
    """By its address: everything that ends in a form the reader chooses."""
    return str(pattern.pattern).endswith(".<str:form>")


def _naming_problems(what: str, where: str, there: list[str]) -> Iterator[str]:
    counts = Counter(name for right in TABLE for name in getattr(right, where).split())
    yield from (f"the {what} {name!r} is named by no row" for name in set(there) - set(counts))
    yield from (f"the {what} {name!r} is not there" for name in set(counts) - set(there))
    yield from (f"the {what} {name!r} is named by {count} rows" for name, count in counts.items() if count > 1)
