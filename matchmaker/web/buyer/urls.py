"""The desk of a buying company."""

from django.urls import path

from matchmaker.web import company_pages
from matchmaker.web.buyer import comparison, demand_pages, demands, exports, home, matches, preview, shortlist

urlpatterns = [
    path("", home.show, name="buyer_home"),
    path("company/", company_pages.edit_as_buyer, name="buyer_company"),
    path("demands/", demand_pages.index, name="buyer_demands"),
    path("demands/export.<str:form>", exports.demands, name="buyer_demands_export"),
    path("demands/new/", demands.new, name="buyer_demand_new"),
    path("demands/suggest-codes/", demands.suggest, name="buyer_suggest_codes"),
    path("demands/<uuid:uid>/", demand_pages.show, name="buyer_demand"),
    path("demands/<uuid:uid>/matching/", demand_pages.matching, name="buyer_demand_matching"),
    path("demands/<uuid:uid>/edit/", demands.edit, name="buyer_demand_edit"),
    path("demands/<uuid:uid>/preview/", preview.show, name="buyer_demand_preview"),
    path("demands/<uuid:uid>/history/", demand_pages.history_of, name="buyer_demand_history"),
    path("demands/<uuid:uid>/publish/", demand_pages.publish, name="buyer_demand_publish"),
    path("demands/<uuid:uid>/close/", demand_pages.close, name="buyer_demand_close"),
    path("demands/<uuid:uid>/withdraw/", demand_pages.withdraw, name="buyer_demand_withdraw"),
    path("demands/<uuid:uid>/extend/", demand_pages.extend, name="buyer_demand_extend"),
    path("demands/<uuid:uid>/comment/", demand_pages.comment, name="buyer_demand_comment"),
    path("demands/<uuid:uid>/invite/", demand_pages.invite, name="buyer_demand_invite"),
    path("matches/export.<str:form>", exports.matches, name="buyer_matches_export"),
    path("matches/", matches.index, name="buyer_matches"),
    path("matches/<uuid:uid>/", matches.show, name="buyer_match"),
    path("matches/<uuid:uid>/answer/", matches.answer, name="buyer_match_answer"),
    path("shortlist/export.<str:form>", exports.shortlist, name="buyer_shortlist_export"),
    path("shortlist/", shortlist.index, name="buyer_shortlist"),
    path("shortlist/<uuid:uid>/toggle/", shortlist.toggle, name="buyer_shortlist_toggle"),
    path("shortlist/<uuid:uid>/mark/", shortlist.mark, name="buyer_shortlist_mark"),
    path("shortlist/<uuid:uid>/move/", shortlist.move, name="buyer_shortlist_move"),
    path("shortlist/<uuid:uid>/note/", shortlist.note, name="buyer_shortlist_note"),
    path("not-for-us/", shortlist.choices, name="buyer_not_for_us"),
    path("not-for-us/product/<uuid:uid>/", shortlist.product, name="buyer_not_for_us_product"),
    path("not-for-us/supplier/<uuid:uid>/", shortlist.supplier, name="buyer_not_for_us_supplier"),
    path("not-for-us/<int:key>/take-back/", shortlist.take_back, name="buyer_not_for_us_back"),
    path("not-for-us/visibility/", shortlist.visibility, name="buyer_visibility"),
    path("compare/", comparison.show, name="buyer_compare"),
    path("compare/sheet/", comparison.sheet, name="buyer_compare_sheet"),
]
