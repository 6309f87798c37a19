"""The site map of meetings."""

from django.urls import path

from matchmaker.web.meetings import agenda, contacts, interpreter, invitations, registration, survey, wishes

urlpatterns = [
    path("", registration.index, name="meetings"),
    path("feed/<str:token>.ics", agenda.feed, name="meetings_feed"),
    path("interpreter/<str:token>.ics", interpreter.feed, name="interpreter_feed"),
    path("interpreter/<str:token>/", interpreter.timetable, name="interpreter_timetable"),
    path("meeting/<uuid:uid>/", agenda.meeting, name="meetings_meeting"),
    path("meeting/<uuid:uid>/cancel/", agenda.cancel, name="meetings_cancel"),
    path("meeting/<uuid:uid>/outcome/", agenda.outcome, name="meetings_outcome"),
    path("meeting/<uuid:uid>/move/", agenda.move, name="meetings_move"),
    path("move/<uuid:uid>/answer/", agenda.answer_move, name="meetings_move_answer"),
    path("meeting/<uuid:uid>/staff/", agenda.staff, name="meetings_staff"),
    path("request/<uuid:uid>/answer/", wishes.answer, name="meetings_request_answer"),
    path("request/<uuid:uid>/change/", wishes.change, name="meetings_request_change"),
    path("request/<uuid:uid>/withdraw/", wishes.withdraw, name="meetings_request_withdraw"),
    path("<slug:slug>/", agenda.event, name="meetings_event"),
    path("<slug:slug>/invitation/", invitations.answer, name="meetings_invitation"),
    path("<slug:slug>/register/", registration.register, name="meetings_register"),
    path("<slug:slug>/details/", registration.details, name="meetings_details"),
    path("<slug:slug>/free/", registration.availability, name="meetings_availability"),
    path("<slug:slug>/withdraw/", registration.withdraw, name="meetings_withdraw"),
    path("<slug:slug>/calendar/renew/", agenda.renew_feed, name="meetings_feed_renew"),
    path("<slug:slug>/calendar/end/", agenda.end_feed, name="meetings_feed_end"),
    path("<slug:slug>/print/", agenda.printed, name="meetings_print"),
    path("<slug:slug>/agenda.<str:form>", agenda.export_agenda, name="meetings_agenda_export"),
    path("<slug:slug>/contacts.<str:form>", contacts.export_contacts, name="meetings_contacts_export"),
    path("<slug:slug>/survey/", survey.answer, name="meetings_survey"),
    path("<slug:slug>/contacts/", contacts.index, name="meetings_contacts"),
    path("<slug:slug>/contacts/<uuid:uid>/forget/", contacts.forget, name="meetings_contact_forget"),
    path("<slug:slug>/badge/<str:code>/", contacts.badge, name="meetings_badge"),
    path("<slug:slug>/companies/", wishes.companies, name="meetings_companies"),
    path("<slug:slug>/companies/<uuid:uid>/wish/", wishes.wish, name="meetings_wish"),
    path("<slug:slug>/companies/<uuid:uid>/ask/", wishes.ask, name="meetings_ask"),
]
