"""Companies' people."""

from django.urls import path

from matchmaker.web.public import answers, bank_accounts, documents, domain_proofs, members, partner_codes, webhooks

urlpatterns = [
    path("companies/", members.companies, name="companies"),
    path("companies/join/", members.knock_by_number, name="knock_by_number"),
    path("companies/requests/<uuid:key>/withdraw/", members.withdraw_knock, name="join_request_withdraw"),
    path("companies/invitations/<uuid:key>/accept/", members.accept_here, name="invitation_accept"),
    path("companies/<uuid:uid>/members/", members.show, name="members"),
    path("companies/<uuid:uid>/members/<uuid:person>/role/", members.change_role, name="member_role"),
    path("companies/<uuid:uid>/members/<uuid:person>/remove/", members.remove, name="member_remove"),
    path("companies/<uuid:uid>/members/<uuid:person>/hand-over/", members.hand_over, name="member_hand_over"),
    path(
        "companies/<uuid:uid>/invitations/<uuid:key>/withdraw/", members.withdraw_invitation, name="invitation_withdraw"
    ),
    path("companies/<uuid:uid>/requests/<uuid:key>/", members.answer, name="join_request_answer"),
    path("companies/<uuid:uid>/record/", members.history, name="company_record"),
    path("companies/<uuid:uid>/webhooks/", webhooks.company_index, name="company_webhooks"),
    path("companies/<uuid:uid>/webhooks/<uuid:key>/", webhooks.company_show, name="company_webhook"),
    path("companies/<uuid:uid>/webhooks/<uuid:key>/<str:verb>/", webhooks.company_act, name="company_webhook_act"),
    path(
        "companies/<uuid:uid>/webhooks/<uuid:key>/replay/<uuid:event>/",
        webhooks.company_replay,
        name="company_webhook_replay",
    ),
    path("companies/<uuid:uid>/leave/", members.leave, name="leave_company"),
    path("companies/<uuid:uid>/join/", members.knock, name="knock"),
    path("companies/<uuid:uid>/claim/", members.claim, name="claim"),
    path("companies/<uuid:uid>/claims/<uuid:key>/object/", members.object_to_claim, name="claim_object"),
    path("companies/claims/<uuid:key>/withdraw/", members.withdraw_claim, name="claim_withdraw"),
    path("companies/<uuid:uid>/domain/", domain_proofs.show, name="domain_proof"),
    path("companies/<uuid:uid>/domain/<uuid:key>/look/", domain_proofs.look, name="domain_proof_look"),
    path("domain-proofs/<str:token>/", domain_proofs.letter, name="domain_letter"),
    path("companies/<uuid:uid>/bank/", bank_accounts.show, name="company_bank"),
    path("companies/<uuid:uid>/documents/", documents.show, name="company_documents"),
    path("companies/<uuid:uid>/documents/<uuid:key>/", documents.read, name="company_document"),
    path("companies/<uuid:uid>/documents/<uuid:key>/remove/", documents.remove, name="company_document_remove"),
    path("companies/<uuid:uid>/answers/", answers.edit, name="company_answers"),
    path("companies/<uuid:uid>/partners/", partner_codes.use, name="partner_code_use"),
    path("companies/<uuid:uid>/partners/<uuid:key>/leave/", partner_codes.leave, name="partner_leave"),
    path("invitations/<str:token>/", members.invitation, name="invitation"),
    path("invitations/<str:token>/refuse/", members.refuse_invitation, name="invitation_refuse"),
]
