"""The site map of the desks of country partners and trading groups."""

from django.urls import path

from matchmaker.web.partner import desk

urlpatterns = [
    path("", desk.find, name="partner_find"),
    path("<uuid:uid>/", desk.home, name="partner_home"),
    path("<uuid:uid>/events/", desk.events, name="partner_events"),
    path("<uuid:uid>/obstacles/", desk.obstacles, name="partner_obstacles"),
    path("<uuid:uid>/codes/", desk.codes, name="partner_codes"),
    path("<uuid:uid>/codes/<uuid:code>/withdraw/", desk.withdraw_code, name="partner_code_withdraw"),
    path("<uuid:uid>/enrol/", desk.enrol, name="partner_enrol"),
    path("<uuid:uid>/companies/<uuid:key>/", desk.show, name="partner_company"),
    path("<uuid:uid>/companies/<uuid:key>/vouch/", desk.vouch, name="partner_vouch"),
    path("<uuid:uid>/companies/<uuid:key>/take-back/", desk.take_back, name="partner_take_back"),
]
