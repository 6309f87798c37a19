"""Which row of the world stands in the address of which route, for the generated matrix."""

import re

from django.urls import reverse

from matchmaker.companies import invitations
from matchmaker.notifications import unsubscribing
from tests.web.access_more import FullWorld

NEVER = "01a20f56-0000-7000-8000-000000000000"

# Parts of addresses that name no row: a way of showing, a step, a verb.
WORDS = {"step": 1, "side": "supplier", "section": "suppliers", "number": 1, "language": "en", "variant": 0}
WORDS |= {"form": "csv", "owner": "company", "what": "products", "verb": "test", "kind": "products", "row_no": 2}

# Routes asked with a name that never was, each with its reason; every other one is asked with a row of the world.
WITHOUT_A_ROW: dict[str, str] = {
    "sign_in_link": "the key of a link is made on the server and works once",
}


def named(w: FullWorld) -> list[tuple[str, dict]]:
    """The first pattern that fits a route's name gives its arguments."""
    seller, desk, day = {"uid": w.seller.uid}, {"uid": w.partner.uid}, {"slug": w.day.slug}
    at = lambda row, **more: {"uid": row.uid, **more}  # noqa: E731
    stop = unsubscribing.address(w.people["supplier admin"], "matches").rstrip("/").rsplit("/", 1)[-1]
    words = {"kind": "welcome"}
    return [
        (r"member_(role|remove|hand_over)", {**seller, "person": w.extra.user.uid}),
        (r"invitation_withdraw", {**seller, "key": w.invitation.pk}),
        (r"join_request_answer", {**seller, "key": w.asked.uid}),
        (r"join_request_withdraw", {"key": w.asked.uid}),
        (r"claim_object", {**seller, "key": w.claim.uid}),
        (r"claim_withdraw", {"key": w.claim.uid}),
        (r"invitation_accept", {"key": w.invitation.pk}),
        (r"console_invitation_withdraw|api_invitation.*", at(w.listed_invitation)),
        (r"invitation(_refuse)?", {"token": invitations.token_of(w.invitation)}),
        (r"domain_proof_look", {**seller, "key": w.letter.uid}),
        (r"domain_letter", {"token": w.letter.token}),
        (r"partner_leave", {**seller, "key": w.enrolment.uid}),
        (r"partner_(company|vouch|take_back)", {**desk, "key": w.enrolment.uid}),
        (r"partner_code_withdraw", {**desk, "code": w.code.uid}),
        (r"api_partner(_close)?", desk),
        (r"(console_)?partner_(home|events|obstacles|codes|enrol|seat|close)|console_partner", desk),
        (r"api_obstacle.*|obstacle(_close)?|console_obstacle(_answer|_work|_close)?", at(w.obstacle)),
        (r"console_partner_unseat", {**desk, "key": w.partner.seats.get().pk}),
        (r"console_team_withdraw", {"key": w.place.pk}),
        (r"console_team_(role|remove)", {"person": w.colleague.user.uid}),
        (r"console_claim", {**seller, "claim": w.claim.uid}),
        (r"api_event_invitation(_answer)?", at(w.invited)),
        (r"api_tag(_put_on|_take_off)?", at(w.tag)),
        (r"console_bulk(_progress|_choose|_confirm|_undo)?", at(w.bulk)),
        (r"console_view_delete", at(w.view)),
        (r"api_campaign|console_campaign_(switch|state|current)|console_take_over", {"slug": w.campaign.slug}),
        (r"console_company_(approve|return)|api_application.*", at(w.pending)),
        (r"console_check_withdraw", {**seller, "check": w.check.uid}),
        (r"console_suspension_lift", {"uid": w.suspension.company.uid, "key": w.suspension.uid}),
        (r"console_merge_answer", {**seller, "key": w.merge.uid}),
        (r"console_document.*", {**seller, "key": w.document.uid}),
        (r"company_document(_remove)?|api_company_document.*", {**seller, "key": w.document.uid}),
        (r"api_paper(_.*)?", at(w.document)),
        (r"picture", {"path": w.picture.file.name}),
        (r"console_certificate", {**seller, "key": w.proof.uid}),
        (r"console_bank_confirm", {**seller, "key": w.bank_account.uid}),
        (r"console_(company|act|merge).*", seller),
        (r"console_question.*", at(w.question)),
        (r"console_rate_remove", {"key": w.rate.pk}),
        (r"console_demand.*", at(w.waiting)),
        (r"console_matching_(progress|cancel|retry)", at(w.run)),
        (r"console_report", at(w.report)),
        (r"console_held", at(w.held)),
        (r"console_agreement", {"code": w.agreement.code}),
        (r"console_agreement_partner", at(w.party)),
        (r"console_tariff_rate", {"pk": w.tariff.pk}),
        (r"console_entry_question", {"code": w.asked_question.code}),
        (r"console_admission", {"pk": w.admission.pk}),
        (r"console_(rule(_new)?|admissions|admission_new)", {"code": w.rule.code}),
        (r"console_announcement.*|api_announcement(_try_out|_send|_call_back|_discard)?", at(w.unsent)),
        (r"announcement", at(w.called)),
        (r"console_text.*", words),
        (r"console_event_(withdraw|place|present)", {**day, **at(w.other_part)}),
        (r"console_event_interpreter_(remove|hours|invite)", {**day, **at(w.interpreter)}),
        (r"console_event_plan_pair", {**day, **at(w.draft_plan), "supplier": 0, "buyer": 0}),
        (r"console_event_plan(_progress|_publish|_withdraw|_discard)?", {**day, **at(w.draft_plan)}),
        (r"console_event_meeting(_change)?", {**day, **at(w.meeting)}),
        (r"console_event_take_back", {**day, **at(w.bulk_change)}),
        (r"console_event_scan", {**day, **at(w.scan)}),
        (r"console_event_device_revoke", {**day, **at(w.device)}),
        (r"console_automatic_withdraw", at(w.automatic)),
        (r"console_registration_seen", at(w.registration)),
        (r"console_event_agreed", {**day, **at(w.request)}),
        (r"console_event_reissue", {**day, **at(w.visitor)}),
        (r"console_event(_settings|_publish|_cancel)?", {"slug": w.plan.slug}),
        (r"console_event_.*", day),
        (r"invited", {"code": w.code.code}),
        (r"supplier_product_image_(change|remove)", at(w.draft, pk=w.picture.pk)),
        (r"(supplier_|api_)?product_file(s|_remove)?", at(w.draft, key=w.sheet.uid)),
        (r"(supplier_|api_)?product_video(s|_remove|_captions)?", at(w.draft, key=w.video.uid)),
        (r"api_product_pictures_(reserve|open)", at(w.draft)),
        (r"api_product_picture.*", at(w.draft, key=w.picture.sha256)),
        (r"supplier_product_certificate", at(w.draft, code="HACCP")),
        (r"supplier_registration_remove", at(w.registration)),
        (r"product_label", at(w.offer)),
        (r"supplier_registration_add|supplier_step_show", at(w.draft)),
        (r"console_step_seen", {"pk": w.readiness_step.pk}),
        (r"(api_)?supplier_product.*|api_product(_(certificate|duty|precheck|publish|pause|withdraw))?", at(w.draft)),
        (r"product|ask_product|buyer_not_for_us_product|buyer_shortlist_.*", at(w.offer)),
        (r"buyer_not_for_us_back", {"key": w.not_for_us.pk}),
        (r"search_.*", at(w.search)),
        (r"(buyer|api)_demand.*|demand|ask_demand|demand_quotes.*", at(w.wanted["private"])),
        (r"(api_)?(supplier_|buyer_)?match.*|api_match.*", at(w.match)),
        (r"api_notice.*|notice_read", at(w.notice)),
        (r"notice_channel_.*", at(w.robot)),
        (r"unsubscribe", {"token": stop}),
        (r"account_token_revoke", at(w.token)),
        (r"account_webhook.*", {"key": w.hook.uid, "event": w.sent_hook.pk}),
        (r"(api_)?enquiry_message_edit", at(w.message)),
        (r"enquiry_message.*", at(w.message)),
        (r"enquiry_file", at(w.file)),
        (r"(api_)?quote(_answer|_precheck|_withdraw)?", at(w.quote)),
        (r"(api_)?quote_request(_export|_costs|_comparison)?", at(w.quote_request)),
        (r"demand_line_costs", at(w.wanted["private"].lines.get())),
        (r"sample_move|api_sample(_move)?", at(w.sample)),
        (r"(api_)?deal_step_(answer|papers?)|api_deal_step", at(w.step, key=w.deal_paper.uid)),
        (r"deal_paper", at(w.deal_paper)),
        (r"trial_lot_(confirm|end|apply)|api_trial_lot(_.*)?", at(w.trial_lot, programme=w.programme.uid)),
        (r"api_voucher_application.*", at(w.voucher, key=w.voucher_document.uid)),
        (r"api_programme", at(w.programme)),
        (r"trial_lot(_change)?", at(w.enquiry)),
        (r"console_programme(_edit|_act)?|first_order_(programme|draw)", at(w.programme)),
        (r"voucher_document", at(w.voucher_document)),
        (r"voucher_.*|console_voucher.*", at(w.voucher, key=w.voucher_document.uid)),
        (r"follow_up", at(w.follow_up)),
        (r"enquiry_unblock", {"uid": w.block.other.uid}),
        (r"(api_)?enquiry.*|quote_new|sample_ask|deal_step", at(w.enquiry)),
        (r"feed(_turn)?|api_feed_.*|api_feed", at(w.feed, verb="pause")),
        (r"import_(new|example)", {"kind": "products"}),
        (r"reading_start", {"kind": "product"}),
        (r"reading", at(w.reading)),
        (r"import.*", at(w.batch)),
        (r"api_participation.*", at(w.part)),
        (r"api_meeting_request.*", at(w.request)),
        (r"api_meeting.*", at(w.meeting)),
        (r"api_plan(_meetings)?", at(w.draft_plan)),
        (r"api_interpreter", at(w.interpreter)),
        (r"interpreter_(timetable|feed)", {"token": w.interpreter.secret}),
        (r"meetings_feed", {"token": w.calendar.secret}),
        (r"meetings_(meeting|cancel|outcome|move|staff)", at(w.meeting)),
        (r"meetings_move_answer", at(w.move)),
        (r"meetings_request_.*", at(w.request)),
        (r"meetings_contact_forget", {**day, **at(w.contact)}),
        (r"meetings_badge", {**day, "code": w.visitor.code}),
        (r"gate_badge", {"code": w.visitor.code}),
        (r"meetings_(wish|ask)", {**day, **seller}),
        (r"meetings_.*|api_event.*|event.*", day),
        (r"(api_)?category", {"code": w.offer.category.code}),
        (r"api_hs_code", {"code": "100630"}),
        (r"company_webhook(_act|_replay)?", {**seller, "key": w.firm_hook.uid, "event": w.firm_event.pk}),
        (r"company_.*|members|leave_company|knock|claim|domain_proof|supplier|ask_supplier|api_company", seller),
        (r"partner_code_use|buyer_not_for_us_supplier", seller),
    ]  # fmt: skip


def address(pattern, path: str, rows: list[tuple[str, dict]]) -> tuple[str, bool]:
    """The address of a route, and whether each of its parts that names a row names one of the world's."""
    wanted = re.findall(r"<(?:\w+:)?(\w+)>", path)
    known = WORDS | next((args for fits, args in rows if re.fullmatch(fits, pattern.name or "")), {})
    found = {name: known.get(name, NEVER if f"uuid:{name}" in path else "1") for name in wanted}
    return reverse(pattern.name, kwargs=found), all(name in known for name in wanted)


def rows_of(w: FullWorld) -> list:
    """Every row of the world that somebody from outside may not change."""
    rows = [*vars(w).values(), *w.wanted.values()]
    return [row for row in rows if hasattr(row, "_meta") and hasattr(row, "pk")]
