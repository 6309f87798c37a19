"""What a stranger reads of the API: who may call an operation, what it does, and how a refusal looks."""

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from matchmaker.api.conditional import Conditional
from matchmaker.api.permissions import EVERYONE, SIGNED_IN

ABOUT = """
Companies, products, demands, matches, enquiries, notices, events and meetings of an import campaign. A program may do
here what its person may do on the pages, and sees what she sees; what it may not see answers 404 and is in no list.

**Signing in.** Make a key on the site, under *Account, API keys*, or here with `POST /api/v1/tokens/`, and send it as
`Authorization: Bearer mm_…`. A key has scopes and an end; it is shown once, and taking it back holds at once. Each
operation below says which scope it needs.

**Lists** come in pages of 25; `page_size` goes to 100. Only the parameters named here may be given; another one is
refused, so that a mistyped filter is never silently dropped.

**Keeping in step.** `…/changes/` of products, demands and companies answers what changed since the `cursor` of the last
answer, with what left the list as `deleted`; no change is missed, whenever it was committed. A program keeps `cursor`
with its rows, reads `next` until it is null, and may be stopped at any moment. Where `from_start` is true, all rows
follow: what the program held before and does not read again is gone.

**Writing.** The body is one JSON object; members that are unknown or read-only are refused. With an `Idempotency-Key`
header a POST that is sent again has no second effect and gets the first answer (`Idempotent-Replayed: true`). A new
row answers 201 with its address in `Location`.

**What was read before.** Every GET has an `ETag`; with it in `If-None-Match` the answer is 304 without a body while
nothing changed. With the `ETag` of one row in `If-Match` a change of this row is refused with 412 and the present
`ETag` if another caller changed it meanwhile. It is made from what this caller reads, so ask with the same
`Accept-Language`. Where a row has a `revision`, this number alone will do: `If-Match: "3"`.

**Files** are sent as `multipart/form-data`, one a request and up to 10 MB, and are judged by what is in them: a PDF
that starts nothing by itself, or a JPEG, PNG or WebP picture, which is drawn again. They come back as downloads. An
`Idempotency-Key` tells files apart by their bytes.

**Refusals** are problems of RFC 9457, `application/problem+json`: `code` stays the same for programs, `detail` is a
sentence in the language of `Accept-Language`, `errors` names all fields that need another look, `type` is the address
of the page that explains the code (all of them: [problems](../problems/)).

**Limits.** 360 calls a minute for a key; then 429 with `Retry-After`. Every answer tells in `RateLimit` how many calls
are left (`r`) and in how many seconds counting begins anew (`t`). A body without a file has up to one megabyte.

**Support.** Every answer has an `X-Request-ID`; a caller may send its own. Name it when you ask us about an answer.

**Hearing of changes.** Register a webhook on the site (*Account, Webhooks*, or for a company under *Members*). It tells
what happened and to which row, signed by [Standard Webhooks](https://www.standardwebhooks.com/); read the rest here.
""".strip()

TAGS = {
    "companies": "Suppliers of the campaign, and one's own companies.",
    "applications": "Companies that wait for the team of a campaign.",
    "products": "What suppliers offer.",
    "demands": "What buyers want, line by line.",
    "feeds": "Addresses with demands that are read by the timetable.",
    "matches": "Products and demand lines that fit, with the reasons and both sides' answers.",
    "enquiries": "Conversations between two companies.",
    "phrases": "Ready-made sentences for messages, which each side reads in its own language.",
    "quote-requests": "What a buyer asks several suppliers to quote for, and the quotes beside each other.",
    "quotes": "Offers made in an enquiry, version by version.",
    "samples": "Samples that a buyer asked for, from the wish to the verdict.",
    "deal-steps": "What two companies reached together, stated by one side and confirmed by the other.",
    "first-order-programmes": "What a campaign pays of first orders, and by which rules.",
    "trial-lots": "Small first orders that two companies plan, version by version.",
    "voucher-applications": "Trial lots that take part in a programme, and the documents for the payment.",
    "events": "Events of the campaign.",
    "campaigns": "Campaigns of whose team the caller is.",
    "tags": "Words that a campaign's team puts on companies.",
    "company-invitations": "Contact persons of companies from a list, asked to take them over.",
    "event-invitations": "Companies that are invited to an event, and what they answered.",
    "participations": "Registrations for events, with the people who come and when they cannot meet.",
    "meeting-requests": "One company asks another for a meeting.",
    "meetings": "Meetings of two companies at an event.",
    "plans": "Plans of an event, drafts and the published one, with their meetings, for the campaign's team.",
    "interpreters": "Interpreters of an event with their timetables, for the campaign's team.",
    "partners": "Country partners and trading groups that bring companies.",
    "obstacles": "What blocks deals, who works on it, and what came of it.",
    "papers": "Papers of companies, for the campaign's team.",
    "announcements": "Letters of a campaign's team to many people.",
    "report": "Figures of a campaign or an event, for the campaign's team.",
    "notifications": "What the caller was told.",
    "categories": "The campaign's categories.",
    "hs-codes": "The Harmonized System, from chapter to subheading.",
    "landed-cost": "What goods cost until they are in China, part by part.",
    "suggestions": "Category and HS code for a text.",
    "tokens": "Keys for programs.",
}
ANSWERS = {"200": "As it stands now.", "201": "Made.", "202": "Taken; the work waits."}
PROBLEM = {
    "type": "object",
    "description": "Why it was refused (RFC 9457).",
    "properties": {
        "type": {"type": "string", "description": "Address of the page that explains the code."},
        "title": {"type": "string", "example": "invalid"},
        "status": {"type": "integer", "example": 400},
        "code": {"type": "string", "description": "Stable, for programs.", "example": "invalid"},
        "detail": {"type": "string", "description": "A sentence for people, in the language asked for."},
        "request_id": {"type": "string", "description": "Names this request in our log; send it with a question."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string", "example": "lines[0].quantity"},
                    "code": {"type": "string", "example": "required"},
                    "detail": {"type": "string"},
                },
                "required": ["field", "code", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "code", "detail"],
}
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    location=OpenApiParameter.HEADER,
    description="Chosen by the caller, 1 to 255 printable characters: the same key with the same request acts once.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    location=OpenApiParameter.HEADER,
    description="The `ETag` of the row that was read; refused with 412 and the ETag of now if the row was changed.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    location=OpenApiParameter.HEADER,
    description="The `ETag` of the answer that the caller has: 304 without a body where it is still the same.",
)


ETAG = {"description": "Names this state of the answer.", "schema": {"type": "string"}}


class Operations(AutoSchema):
    """Each resource says what its actions do in `words`; who may call them stands in its `policy`."""

    @property
    def _action(self) -> str:
        return getattr(self.view, "action", None) or self.method.lower()

    def get_summary(self) -> str:
        return self.view.words.get(self._action, "")

    def get_description(self) -> str:
        policy = self.view.policy[self._action]
        who = "For everybody." if policy == EVERYONE else "For whoever is signed in."
        scope = "read" if policy in (EVERYONE, SIGNED_IN) else policy
        key = f"A key needs the scope `{scope}`." if self.view.get_authenticators() else ""
        return " ".join(filter(None, [getattr(self.view, "notes", {}).get(self._action, ""), who, key]))

    def get_auth(self) -> list:
        """A key is one way among others where everybody may call: it is not asked for."""
        auth = super().get_auth()
        return [{}, *auth] if self.view.policy[self._action] == EVERYONE and auth else auth

    def get_override_parameters(self) -> list:
        is_conditional = isinstance(self.view, Conditional)
        if self.method == "GET":
            return [IF_NONE_MATCH] if is_conditional and self._action != "content" else []
        return [
            *([IDEMPOTENCY_KEY] if self.method == "POST" and self.view.get_authenticators() else []),
            *([IF_MATCH] if is_conditional and self.view.names_row(self.path) else []),
        ]


def _any_of(schema) -> None:
    """`oneOf` of an address and an empty text: without a check of formats an empty text fits both, so it is `anyOf`."""
    if isinstance(schema, list):
        for inner in schema:
            _any_of(inner)
    elif isinstance(schema, dict):
        if {"type": "string", "maxLength": 0} in schema.get("oneOf", []):
            schema["anyOf"] = schema.pop("oneOf")
        for inner in schema.values():
            _any_of(inner)


def finish(result: dict, **kwargs) -> dict:
    """Hook of the schema: what the whole is, and the problem that every operation may answer."""
    _any_of(result["components"]["schemas"])
    result["info"]["description"] = ABOUT
    result["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    result["components"]["schemas"]["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for address in result["paths"].values():
        for operation in address.values():
            if any(parameter["name"] == "If-None-Match" for parameter in operation.get("parameters", [])):
                operation["responses"]["200"]["headers"] = {"ETag": ETAG}
                operation["responses"]["304"] = {
                    "description": "Unchanged; there is no body.",
                    "headers": {"ETag": ETAG},
                }
            for status, answer in operation["responses"].items():
                answer["description"] = answer.get("description") or ANSWERS[status]
            operation["responses"]["4XX"] = {"description": "Refused, with the reason.", "content": content}
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    parameter.setdefault("description", "Its name in addresses.")
    return result
