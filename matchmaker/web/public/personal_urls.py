"""Pages that follow the account of their reader, and files for search engines: addresses without a language."""

from django.urls import include, path

from matchmaker.web.public import campaign, searches

urlpatterns = [
    path("searches/", searches.index, name="searches"),
    path("searches/save/", searches.save, name="search_save"),
    path("searches/<uuid:uid>/change/", searches.change, name="search_change"),
    path("searches/<uuid:uid>/forget/", searches.forget, name="search_forget"),
    path("sitemap.xml", campaign.sitemap, name="sitemap"),
    path("sitemap/<str:language>/<slug:section>-<int:number>.xml", campaign.sitemap_file, name="sitemap_file"),
    path("robots.txt", campaign.robots, name="robots"),
    path("", include("matchmaker.web.public.join_urls")),
    path("", include("matchmaker.web.public.notices_urls")),
    path("", include("matchmaker.web.public.members_urls")),
    path("", include("matchmaker.web.public.account_urls")),
]
