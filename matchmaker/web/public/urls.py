"""What anybody may see."""

from django.urls import include, path

from matchmaker.web import product_files
from matchmaker.web.public import campaign, demands, directory, events, products, searches, suppliers

urlpatterns = [
    path("", campaign.home, name="home"),
    path("about/", campaign.about, name="about"),
    path("privacy/", campaign.privacy, name="privacy"),
    path("categories/", campaign.categories, name="categories"),
    path("categories/<str:code>/", campaign.category, name="category"),
    path("suppliers/", suppliers.index, name="suppliers"),
    path("suppliers/totals/", directory.totals, {"kind": "suppliers"}, name="suppliers_totals"),
    path("suppliers/<uuid:uid>/", suppliers.show, name="supplier"),
    path("products/", products.index, name="products"),
    path("products/totals/", directory.totals, {"kind": "products"}, name="products_totals"),
    path("products/<uuid:uid>/", products.show, name="product"),
    path("products/<uuid:uid>/files/<uuid:key>/", product_files.product_file, name="product_file"),
    path("demands/", demands.index, name="demands"),
    path("demands/totals/", directory.totals, {"kind": "demands"}, name="demands_totals"),
    path("demands/<uuid:uid>/", demands.show, name="demand"),
    path("searches/", searches.index, name="searches"),
    path("searches/save/", searches.save, name="search_save"),
    path("searches/<uuid:uid>/change/", searches.change, name="search_change"),
    path("searches/<uuid:uid>/forget/", searches.forget, name="search_forget"),
    path("events/", events.index, name="events"),
    path("events/<slug:slug>/", events.show, name="event"),
    path("events/<slug:slug>/calendar.ics", events.calendar, name="event_calendar"),
    path("sitemap.xml", campaign.sitemap, name="sitemap"),
    path("sitemap/<slug:section>-<int:number>.xml", campaign.sitemap_file, name="sitemap_file"),
    path("robots.txt", campaign.robots, name="robots"),
    path("", include("matchmaker.web.public.join_urls")),
    path("", include("matchmaker.web.public.notices_urls")),
    path("", include("matchmaker.web.public.members_urls")),
    path("", include("matchmaker.web.public.account_urls")),
]
