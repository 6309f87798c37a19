"""The site map of the gates. What lies under it works offline once a phone has opened it with its key."""

from django.urls import path

from matchmaker.web.gate import views

urlpatterns = [
    path("", views.shell, name="gate"),
    path("worker.js", views.worker, name="gate_worker"),
    path("list", views.people, name="gate_list"),
    path("scans", views.scans, name="gate_scans"),
    path("b/<str:code>/", views.badge, name="gate_badge"),
]
