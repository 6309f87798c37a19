"""The site map of the console."""

from django.urls import path

from matchmaker.web.console import campaign, companies, delivery, events, home, matching

urlpatterns = [
    path("", home.home, name="console_home"),
    path("companies/", companies.companies, name="console_companies"),
    path("companies/<uuid:uid>/", companies.company, name="console_company"),
    path("companies/<uuid:uid>/approve/", companies.approve, name="console_company_approve"),
    path("companies/<uuid:uid>/return/", companies.send_back, name="console_company_return"),
    path("demands/", campaign.demands, name="console_demands"),
    path("matching/", matching.matching, name="console_matching"),
    path("matching/start/", matching.start, name="console_matching_start"),
    path("matching/<uuid:uid>/", matching.progress, name="console_matching_progress"),
    path("matching/<uuid:uid>/cancel/", matching.cancel, name="console_matching_cancel"),
    path("events/", events.events, name="console_events"),
    path("events/new/", events.new, name="console_event_new"),
    path("events/<slug:slug>/", events.edit, name="console_event"),
    path("events/<slug:slug>/publish/", events.publish, name="console_event_publish"),
    path("events/<slug:slug>/cancel/", events.cancel, name="console_event_cancel"),
    path("events/<slug:slug>/copy/", events.copy, name="console_event_copy"),
    path("campaign/", campaign.campaign, name="console_campaign"),
    path("delivery/", delivery.delivery, name="console_delivery"),
    path("delivery/hold/", delivery.hold, name="console_delivery_hold"),
    path("delivery/release/", delivery.release, name="console_delivery_release"),
]
