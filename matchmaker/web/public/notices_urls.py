"""The pages of a person's notices."""

from django.urls import path

from matchmaker.web.public import channels, notices

urlpatterns = [
    path("notices/", notices.show, name="notices"),
    path("notices/count/", notices.count, name="notices_count"),
    path("notices/read/", notices.read_all, name="notices_read_all"),
    path("notices/settings/", notices.settings, name="notice_settings"),
    path("notices/channels/", channels.index, name="notice_channels"),
    path("notices/channels/browser/", channels.add_browser, name="notice_channel_browser"),
    path("notices/channels/<uuid:uid>/test/", channels.test, name="notice_channel_test"),
    path("notices/channels/<uuid:uid>/remove/", channels.remove, name="notice_channel_remove"),
    path("notices/stop/<str:token>/", notices.unsubscribe, name="unsubscribe"),
    path("announcements/<uuid:uid>/", notices.announcement, name="announcement"),
    path("notices/<uuid:uid>/", notices.read, name="notice_read"),
]
