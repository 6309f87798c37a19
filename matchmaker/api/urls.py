"""The site map of the API."""

from django.urls import path

from matchmaker.api.announcements import Announcements
from matchmaker.api.applications import Applications
from matchmaker.api.campaigns import Campaigns, EventInvitations, Tags
from matchmaker.api.companies import Companies
from matchmaker.api.deals import DealSteps, Samples, StepPapers
from matchmaker.api.demands import Demands
from matchmaker.api.docs import Entrance, Page, Problems, Schema
from matchmaker.api.documents import Documents, Papers
from matchmaker.api.enquiries import Enquiries, QuoteRequests, Quotes
from matchmaker.api.event_brand import EventBrandFiles, EventBrands
from matchmaker.api.events import Events
from matchmaker.api.feeds import Feeds
from matchmaker.api.first_orders import Programmes, TrialLots, VoucherApplications, VoucherDocuments
from matchmaker.api.invitations import CompanyInvitations
from matchmaker.api.market import EntryCosts, ProductDuty
from matchmaker.api.matches import Matches
from matchmaker.api.meetings import MeetingRequests, Meetings
from matchmaker.api.notices import Notices
from matchmaker.api.obstacles import Obstacles
from matchmaker.api.participations import Participations
from matchmaker.api.partners import Partners
from matchmaker.api.phrases import Phrases
from matchmaker.api.plans import Interpreters, Plans
from matchmaker.api.prechecks import ProductPrecheck, QuotePrecheck
from matchmaker.api.product_files import ProductCertificates, ProductFiles, ProductPictures, ProductVideos
from matchmaker.api.products import Products
from matchmaker.api.reference import Categories, HSCodes, NarrowedCodes, Suggestions
from matchmaker.api.report import Reports
from matchmaker.api.sign_in import Tokens

LIST, ONE, LIST_WRITE, ONE_WRITE, CONTENT = (
    {"get": "list"},
    {"get": "retrieve"},
    {"get": "list", "post": "create"},
    {"get": "retrieve", "patch": "partial_update"},
    {"get": "content"},
)


def one(resource, verb):
    return resource.as_view({"post": verb})


urlpatterns = [
    path("", Entrance.as_view(), name="api"),
    path("tokens/", Tokens.as_view(), name="api_tokens"),
    path("campaigns/", Campaigns.as_view(LIST), name="api_campaigns"),
    path("campaigns/<slug:slug>/", Campaigns.as_view(ONE), name="api_campaign"),
    path("tags/", Tags.as_view(LIST_WRITE), name="api_tags"),
    path("tags/<uuid:uid>/", Tags.as_view(ONE), name="api_tag"),
    path("tags/<uuid:uid>/put-on/", one(Tags, "put_on"), name="api_tag_put_on"),
    path("tags/<uuid:uid>/take-off/", one(Tags, "take_off"), name="api_tag_take_off"),
    path("event-invitations/", EventInvitations.as_view(LIST_WRITE), name="api_event_invitations"),
    path("event-invitations/remind/", one(EventInvitations, "remind"), name="api_event_invitations_remind"),
    path("event-invitations/<uuid:uid>/", EventInvitations.as_view(ONE), name="api_event_invitation"),
    path("event-invitations/<uuid:uid>/answer/", one(EventInvitations, "answer"), name="api_event_invitation_answer"),
    path("applications/", Applications.as_view(LIST), name="api_applications"),
    path("applications/<uuid:uid>/", Applications.as_view(ONE), name="api_application"),
    path("applications/<uuid:uid>/approve/", one(Applications, "approve"), name="api_application_approve"),
    path("applications/<uuid:uid>/return/", one(Applications, "send_back"), name="api_application_return"),
    path("companies/", Companies.as_view(LIST), name="api_companies"),
    path("companies/mine/", Companies.as_view({"get": "mine"}), name="api_my_companies"),
    path("companies/changes/", Companies.as_view({"get": "changes"}), name="api_companies_changes"),
    path("companies/mine/changes/", Companies.as_view({"get": "my_changes"}), name="api_my_companies_changes"),
    path("companies/<uuid:uid>/", Companies.as_view(ONE_WRITE), name="api_company"),
    path("companies/<uuid:uid>/documents/", Documents.as_view(LIST_WRITE), name="api_company_documents"),
    path("companies/<uuid:uid>/documents/<uuid:key>/", Documents.as_view(ONE), name="api_company_document"),
    path(
        "companies/<uuid:uid>/documents/<uuid:key>/file/", Documents.as_view(CONTENT), name="api_company_document_file"
    ),
    path(
        "companies/<uuid:uid>/documents/<uuid:key>/remove/",
        one(Documents, "remove"),
        name="api_company_document_remove",
    ),
    path("products/", Products.as_view(LIST_WRITE), name="api_products"),
    path("products/mine/", Products.as_view({"get": "mine"}), name="api_my_products"),
    path("products/changes/", Products.as_view({"get": "changes"}), name="api_products_changes"),
    path("products/mine/changes/", Products.as_view({"get": "my_changes"}), name="api_my_products_changes"),
    path("products/<uuid:uid>/", Products.as_view(ONE_WRITE), name="api_product"),
    path(
        "products/<uuid:uid>/certificates/",
        ProductCertificates.as_view({"get": "list", "post": "describe_certificate"}),
        name="api_product_certificate",
    ),
    path("products/<uuid:uid>/files/", ProductFiles.as_view(LIST_WRITE), name="api_product_files"),
    path("products/<uuid:uid>/files/<uuid:key>/file/", ProductFiles.as_view(CONTENT), name="api_product_file"),
    path("products/<uuid:uid>/files/<uuid:key>/remove/", one(ProductFiles, "remove"), name="api_product_file_remove"),
    path("products/<uuid:uid>/videos/", ProductVideos.as_view(LIST_WRITE), name="api_product_videos"),
    path("products/<uuid:uid>/videos/<uuid:key>/file/", ProductVideos.as_view(CONTENT), name="api_product_video"),
    path(
        "products/<uuid:uid>/videos/<uuid:key>/remove/", one(ProductVideos, "remove"), name="api_product_video_remove"
    ),
    path("products/<uuid:uid>/pictures/", ProductPictures.as_view(LIST_WRITE), name="api_product_pictures"),
    path(
        "products/<uuid:uid>/pictures/reserve/", one(Products, "reserve_pictures"), name="api_product_pictures_reserve"
    ),
    path("products/<uuid:uid>/pictures/open/", one(Products, "open_pictures"), name="api_product_pictures_open"),
    path("products/<uuid:uid>/pictures/<str:key>/file/", ProductPictures.as_view(CONTENT), name="api_product_picture"),
    path(
        "products/<uuid:uid>/pictures/<str:key>/",
        ProductPictures.as_view({"patch": "partial_update"}),
        name="api_product_picture_change",
    ),
    path(
        "products/<uuid:uid>/pictures/<str:key>/remove/",
        one(ProductPictures, "remove"),
        name="api_product_picture_remove",
    ),
    path("products/<uuid:uid>/precheck/", ProductPrecheck.as_view(ONE), name="api_product_precheck"),
    path("products/<uuid:uid>/duty/", ProductDuty.as_view(ONE), name="api_product_duty"),
    path("products/<uuid:uid>/publish/", one(Products, "publish"), name="api_product_publish"),
    path("products/<uuid:uid>/pause/", one(Products, "pause"), name="api_product_pause"),
    path("products/<uuid:uid>/withdraw/", one(Products, "withdraw"), name="api_product_withdraw"),
    path("demands/", Demands.as_view(LIST_WRITE), name="api_demands"),
    path("demands/mine/", Demands.as_view({"get": "mine"}), name="api_my_demands"),
    path("demands/changes/", Demands.as_view({"get": "changes"}), name="api_demands_changes"),
    path("demands/mine/changes/", Demands.as_view({"get": "my_changes"}), name="api_my_demands_changes"),
    path("demands/<uuid:uid>/", Demands.as_view(ONE_WRITE), name="api_demand"),
    path("demands/<uuid:uid>/publish/", one(Demands, "publish"), name="api_demand_publish"),
    path("demands/<uuid:uid>/close/", one(Demands, "close"), name="api_demand_close"),
    path("demands/<uuid:uid>/withdraw/", one(Demands, "withdraw"), name="api_demand_withdraw"),
    path("feeds/", Feeds.as_view(LIST_WRITE), name="api_feeds"),
    path("feeds/<uuid:uid>/", Feeds.as_view(ONE_WRITE), name="api_feed"),
    path("feeds/<uuid:uid>/readings/", Feeds.as_view({"get": "readings"}), name="api_feed_readings"),
    path("feeds/<uuid:uid>/read/", one(Feeds, "read"), name="api_feed_read"),
    path("feeds/<uuid:uid>/pause/", one(Feeds, "pause"), name="api_feed_pause"),
    path("feeds/<uuid:uid>/resume/", one(Feeds, "resume"), name="api_feed_resume"),
    path("feeds/<uuid:uid>/agree/", one(Feeds, "agree"), name="api_feed_agree"),
    path("feeds/<uuid:uid>/remove/", one(Feeds, "remove"), name="api_feed_remove"),
    path("company-invitations/", CompanyInvitations.as_view(LIST_WRITE), name="api_company_invitations"),
    path("company-invitations/preview/", one(CompanyInvitations, "preview"), name="api_company_invitations_preview"),
    path("company-invitations/<uuid:uid>/", CompanyInvitations.as_view(ONE), name="api_invitation"),
    path(
        "company-invitations/<uuid:uid>/withdraw/", one(CompanyInvitations, "withdraw"), name="api_invitation_withdraw"
    ),
    path("matches/", Matches.as_view(LIST), name="api_matches"),
    path("matches/<uuid:uid>/", Matches.as_view(ONE), name="api_match"),
    path("matches/<uuid:uid>/answer/", one(Matches, "answer"), name="api_match_answer"),
    path("enquiries/", Enquiries.as_view(LIST_WRITE), name="api_enquiries"),
    path("enquiries/<uuid:uid>/", Enquiries.as_view(ONE), name="api_enquiry"),
    path("enquiries/<uuid:uid>/reply/", one(Enquiries, "reply"), name="api_enquiry_reply"),
    path("enquiries/<uuid:uid>/decline/", one(Enquiries, "decline"), name="api_enquiry_decline"),
    path("enquiries/<uuid:uid>/quotes/", one(Enquiries, "quote"), name="api_enquiry_quote"),
    path("quote-requests/", QuoteRequests.as_view(LIST_WRITE), name="api_quote_requests"),
    path("quote-requests/<uuid:uid>/", QuoteRequests.as_view(ONE), name="api_quote_request"),
    path(
        "quote-requests/<uuid:uid>/comparison/",
        QuoteRequests.as_view({"get": "comparison"}),
        name="api_quote_request_comparison",
    ),
    path("quotes/", Quotes.as_view(LIST), name="api_quotes"),
    path("quotes/<uuid:uid>/", Quotes.as_view(ONE), name="api_quote"),
    path("quotes/<uuid:uid>/precheck/", QuotePrecheck.as_view(ONE), name="api_quote_precheck"),
    path("quotes/<uuid:uid>/answer/", one(Quotes, "answer"), name="api_quote_answer"),
    path("quotes/<uuid:uid>/withdraw/", one(Quotes, "withdraw"), name="api_quote_withdraw"),
    path("samples/", Samples.as_view(LIST_WRITE), name="api_samples"),
    path("samples/<uuid:uid>/", Samples.as_view(ONE), name="api_sample"),
    path("samples/<uuid:uid>/move/", one(Samples, "move"), name="api_sample_move"),
    path("deal-steps/", DealSteps.as_view(LIST_WRITE), name="api_deal_steps"),
    path("deal-steps/<uuid:uid>/", DealSteps.as_view(ONE), name="api_deal_step"),
    path("deal-steps/<uuid:uid>/answer/", one(DealSteps, "answer"), name="api_deal_step_answer"),
    path("deal-steps/<uuid:uid>/papers/", one(StepPapers, "create"), name="api_deal_step_papers"),
    path("deal-steps/<uuid:uid>/papers/<uuid:key>/file/", StepPapers.as_view(CONTENT), name="api_deal_step_paper"),
    path("first-order-programmes/", Programmes.as_view(LIST), name="api_programmes"),
    path("first-order-programmes/<uuid:uid>/", Programmes.as_view(ONE), name="api_programme"),
    path("trial-lots/", TrialLots.as_view(LIST_WRITE), name="api_trial_lots"),
    path("trial-lots/<uuid:uid>/", TrialLots.as_view(ONE), name="api_trial_lot"),
    path(
        "trial-lots/<uuid:uid>/landed-cost/",
        TrialLots.as_view({"get": "landed_cost"}),
        name="api_trial_lot_landed_cost",
    ),
    path("trial-lots/<uuid:uid>/confirm/", one(TrialLots, "confirm"), name="api_trial_lot_confirm"),
    path("trial-lots/<uuid:uid>/end/", one(TrialLots, "end"), name="api_trial_lot_end"),
    path("voucher-applications/", VoucherApplications.as_view(LIST_WRITE), name="api_voucher_applications"),
    path("voucher-applications/<uuid:uid>/", VoucherApplications.as_view(ONE), name="api_voucher_application"),
    path(
        "voucher-applications/<uuid:uid>/withdraw/",
        one(VoucherApplications, "withdraw"),
        name="api_voucher_application_withdraw",
    ),
    path(
        "voucher-applications/<uuid:uid>/documents/",
        one(VoucherDocuments, "create"),
        name="api_voucher_application_documents",
    ),
    path(
        "voucher-applications/<uuid:uid>/documents/<uuid:key>/file/",
        VoucherDocuments.as_view(CONTENT),
        name="api_voucher_application_document",
    ),
    path("participations/", Participations.as_view(LIST_WRITE), name="api_participations"),
    path("participations/<uuid:uid>/", Participations.as_view(ONE_WRITE), name="api_participation"),
    path("participations/<uuid:uid>/away/", one(Participations, "away"), name="api_participation_away"),
    path(
        "participations/<uuid:uid>/wishes/",
        Participations.as_view({"get": "wishes", "post": "wish"}, pagination_class=None),
        name="api_participation_wishes",
    ),
    path("participations/<uuid:uid>/withdraw/", one(Participations, "withdraw"), name="api_participation_withdraw"),
    path("meeting-requests/", MeetingRequests.as_view(LIST_WRITE), name="api_meeting_requests"),
    path("meeting-requests/<uuid:uid>/", MeetingRequests.as_view(ONE_WRITE), name="api_meeting_request"),
    path("meeting-requests/<uuid:uid>/answer/", one(MeetingRequests, "answer"), name="api_meeting_request_answer"),
    path(
        "meeting-requests/<uuid:uid>/withdraw/", one(MeetingRequests, "withdraw"), name="api_meeting_request_withdraw"
    ),
    path("meetings/", Meetings.as_view(LIST_WRITE), name="api_meetings"),
    path("meetings/<uuid:uid>/", Meetings.as_view(ONE), name="api_meeting"),
    path("meetings/<uuid:uid>/cancel/", one(Meetings, "cancel"), name="api_meeting_cancel"),
    path("meetings/<uuid:uid>/outcome/", one(Meetings, "outcome"), name="api_meeting_outcome"),
    path("meetings/<uuid:uid>/staff/", one(Meetings, "staff"), name="api_meeting_staff"),
    path("meetings/<uuid:uid>/move/", one(Meetings, "propose"), name="api_meeting_move"),
    path("meetings/<uuid:uid>/move/answer/", one(Meetings, "answer_move"), name="api_meeting_move_answer"),
    path("plans/", Plans.as_view(LIST), name="api_plans"),
    path("plans/<uuid:uid>/", Plans.as_view(ONE), name="api_plan"),
    path("plans/<uuid:uid>/meetings/", Plans.as_view({"get": "meetings"}), name="api_plan_meetings"),
    path("interpreters/", Interpreters.as_view(LIST), name="api_interpreters"),
    path("interpreters/<uuid:uid>/", Interpreters.as_view(ONE), name="api_interpreter"),
    path("papers/", Papers.as_view(LIST), name="api_papers"),
    path("papers/waiting/", Papers.as_view({"get": "waiting"}), name="api_papers_waiting"),
    path("papers/<uuid:uid>/", Papers.as_view(ONE), name="api_paper"),
    path("papers/<uuid:uid>/file/", Papers.as_view(CONTENT), name="api_paper_file"),
    path("papers/<uuid:uid>/accept/", one(Papers, "accept"), name="api_paper_accept"),
    path("papers/<uuid:uid>/refuse/", one(Papers, "refuse"), name="api_paper_refuse"),
    path("notifications/", Notices.as_view(LIST), name="api_notices"),
    path("notifications/<uuid:uid>/", Notices.as_view(ONE), name="api_notice"),
    path("notifications/<uuid:uid>/read/", one(Notices, "read"), name="api_notice_read"),
    path("phrases/", Phrases.as_view({"get": "retrieve"}), name="api_phrases"),
    path("categories/", Categories.as_view(LIST), name="api_categories"),
    path("categories/<str:code>/", Categories.as_view(ONE), name="api_category"),
    path("hs-codes/", HSCodes.as_view(LIST), name="api_hs_codes"),
    path("hs-codes/narrow/", one(NarrowedCodes, "create"), name="api_narrow_hs_code"),
    path("hs-codes/<str:code>/", HSCodes.as_view(ONE), name="api_hs_code"),
    path("events/", Events.as_view(LIST_WRITE), name="api_events"),
    path("events/<slug:slug>/", Events.as_view(ONE_WRITE), name="api_event"),
    path("events/<slug:slug>/publish/", one(Events, "publish"), name="api_event_publish"),
    path("events/<slug:slug>/cancel/", one(Events, "cancel"), name="api_event_cancel"),
    path("events/<slug:slug>/copy/", one(Events, "copy"), name="api_event_copy"),
    path(
        "events/<slug:slug>/brand/",
        EventBrands.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api_event_brand",
    ),
    path("events/<slug:slug>/brand/logo/", one(EventBrandFiles, "logo"), name="api_event_brand_logo"),
    path("events/<slug:slug>/brand/picture/", one(EventBrandFiles, "picture"), name="api_event_brand_picture"),
    path("partners/", Partners.as_view(LIST_WRITE), name="api_partners"),
    path("partners/<uuid:uid>/", Partners.as_view(ONE_WRITE), name="api_partner"),
    path("partners/<uuid:uid>/close/", one(Partners, "close"), name="api_partner_close"),
    path("obstacles/", Obstacles.as_view(LIST_WRITE), name="api_obstacles"),
    path("obstacles/<uuid:uid>/", Obstacles.as_view(ONE), name="api_obstacle"),
    path("obstacles/<uuid:uid>/answer/", one(Obstacles, "answer"), name="api_obstacle_answer"),
    path("obstacles/<uuid:uid>/take-up/", one(Obstacles, "take_up"), name="api_obstacle_take_up"),
    path("obstacles/<uuid:uid>/close/", one(Obstacles, "close"), name="api_obstacle_close"),
    path("announcements/", Announcements.as_view(LIST_WRITE), name="api_announcements"),
    path("announcements/<uuid:uid>/", Announcements.as_view(ONE_WRITE), name="api_announcement"),
    path("announcements/<uuid:uid>/try-out/", one(Announcements, "try_out"), name="api_announcement_try_out"),
    path("announcements/<uuid:uid>/send/", one(Announcements, "send"), name="api_announcement_send"),
    path("announcements/<uuid:uid>/call-back/", one(Announcements, "call_back"), name="api_announcement_call_back"),
    path("announcements/<uuid:uid>/discard/", one(Announcements, "discard"), name="api_announcement_discard"),
    path("report/", Reports.as_view({"get": "retrieve"}), name="api_report"),
    path("landed-cost/", EntryCosts.as_view({"get": "retrieve"}), name="api_landed_cost"),
    path("suggestions/", one(Suggestions, "create"), name="api_suggestions"),
    path("schema/", Schema.as_view(), name="api_schema"),
    path("problems/", Problems.as_view(), name="api_problems"),
    path("docs/", Page.as_view(url_name="api_schema"), name="api_docs"),
]
