"""Joining, and finding the way to one's own desk."""

from django.urls import path

from matchmaker.web.public import join, partner_codes

urlpatterns = [
    path("join/", join.choose_side, name="join"),
    path("join/<str:side>/<int:step>/", join.fill_in, name="join_step"),
    path("invited/<str:code>/", partner_codes.invited, name="invited"),
    path("desk/", join.desk, name="desk"),
    path("team/", join.take_place, name="team_place"),
    path("desk/company/", join.choose_company, name="choose_company"),
]
