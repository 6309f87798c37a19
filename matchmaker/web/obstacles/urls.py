"""The site map of obstacles."""

from django.urls import path

from matchmaker.web.obstacles import cases

urlpatterns = [
    path("", cases.index, name="obstacles"),
    path("new/", cases.report, name="obstacle_new"),
    path("<uuid:uid>/", cases.show, name="obstacle"),
    path("<uuid:uid>/close/", cases.close, name="obstacle_close"),
]
