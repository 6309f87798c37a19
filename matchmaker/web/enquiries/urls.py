"""The site map of enquiries."""

from django.urls import path

from matchmaker.web.enquiries import asking, comparing, inbox, quotes, requests, thread

urlpatterns = [
    path("", inbox.index, name="enquiries"),
    path("supplier/<uuid:uid>/ask/", asking.supplier, name="ask_supplier"),
    path("product/<uuid:uid>/ask/", asking.product, name="ask_product"),
    path("demand/<uuid:uid>/ask/", asking.demand, name="ask_demand"),
    path("demand/<uuid:uid>/quotes/", comparing.of_demand, name="demand_quotes"),
    path("demand/<uuid:uid>/quotes/sheet/", comparing.demand_export, name="demand_quotes_export"),
    path("line/<uuid:uid>/costs/", comparing.line_costs, name="demand_line_costs"),
    path("requests/", requests.index, name="quote_requests"),
    path("requests/new/", requests.new, name="quote_request_new"),
    path("requests/<uuid:uid>/", comparing.of_request, name="quote_request"),
    path("requests/<uuid:uid>/sheet/", comparing.request_export, name="quote_request_export"),
    path("requests/<uuid:uid>/costs/", comparing.request_costs, name="quote_request_costs"),
    path("contacts/", inbox.contacts, name="enquiry_contacts"),
    path("contacts/<uuid:uid>/unblock/", inbox.unblock, name="enquiry_unblock"),
    path("message/<uuid:uid>/edit/", thread.edit_message, name="enquiry_message_edit"),
    path("message/<uuid:uid>/delete/", thread.delete_message, name="enquiry_message_delete"),
    path("message/<uuid:uid>/report/", thread.report_message, name="enquiry_message_report"),
    path("file/<uuid:uid>/", thread.download_file, name="enquiry_file"),
    path("quote/<uuid:uid>/answer/", quotes.answer, name="quote_answer"),
    path("quote/<uuid:uid>/withdraw/", quotes.withdraw, name="quote_withdraw"),
    path("sample/<uuid:uid>/", thread.move_sample, name="sample_move"),
    path("step/<uuid:uid>/", thread.answer_step, name="deal_step_answer"),
    path("step/<uuid:uid>/paper/", thread.back_step, name="deal_step_paper"),
    path("paper/<uuid:uid>/", thread.download_paper, name="deal_paper"),
    path("follow-up/<uuid:uid>/", thread.answer_follow_up, name="follow_up"),
    path("<uuid:uid>/", thread.show, name="enquiry"),
    path("<uuid:uid>/act/", thread.act, name="enquiry_act"),
    path("<uuid:uid>/assign/", thread.assign, name="enquiry_assign"),
    path("<uuid:uid>/block/", inbox.block, name="enquiry_block"),
    path("<uuid:uid>/quote/", quotes.new, name="quote_new"),
    path("<uuid:uid>/sample/", thread.ask_sample, name="sample_ask"),
    path("<uuid:uid>/step/", thread.say_step, name="deal_step"),
]
