"""What anybody may see, one address a language; see personal_urls for pages that follow the account."""

from django.urls import path

from matchmaker.web import product_files
from matchmaker.web.public import (
    campaign,
    demands,
    directory,
    events,
    first_orders,
    label,
    landed_cost,
    products,
    suppliers,
)

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
    path("label/<uuid:uid>/", label.show, name="product_label"),
    path("products/<uuid:uid>/files/<uuid:key>/", product_files.product_file, name="product_file"),
    path("products/<uuid:uid>/videos/<uuid:key>/", product_files.video, name="product_video"),
    path("products/<uuid:uid>/videos/<uuid:key>/captions.vtt", product_files.captions, name="product_video_captions"),
    path("landed-cost/", landed_cost.show, name="landed_cost"),
    path("demands/", demands.index, name="demands"),
    path("demands/totals/", directory.totals, {"kind": "demands"}, name="demands_totals"),
    path("demands/<uuid:uid>/", demands.show, name="demand"),
    path("events/", events.index, name="events"),
    path("events/<slug:slug>/", events.show, name="event"),
    path("events/<slug:slug>/calendar.ics", events.calendar, name="event_calendar"),
    path("first-orders/", first_orders.index, name="first_order_programmes"),
    path("first-orders/<uuid:uid>/", first_orders.show, name="first_order_programme"),
    path("first-orders/<uuid:uid>/draw.json", first_orders.draw, name="first_order_draw"),
]
