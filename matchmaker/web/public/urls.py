from django.urls import include, path

urlpatterns = [
    path("", include("matchmaker.web.public.notices_urls")),
]
