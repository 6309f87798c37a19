"""The entrances of the site."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from matchmaker.web import brand, health, metrics, page_language, product_files, standard_files
from matchmaker.web.access import sign_in_link
from matchmaker.web.public import account
from matchmaker.web.styleguide import pages

handler400 = "matchmaker.web.rendering.error_pages.not_understood"
handler404 = "matchmaker.web.rendering.error_pages.not_here"
handler500 = "matchmaker.web.rendering.error_pages.broken"
urlpatterns = [
    # one address a language: /products/ in English, /fr/products/ in French (docs/languages.md)
    *i18n_patterns(path("", include("matchmaker.web.public.urls")), prefix_default_language=False),
    path("", include("matchmaker.web.public.personal_urls")),
    path("supplier/", include("matchmaker.web.supplier.urls")),
    path("buyer/", include("matchmaker.web.buyer.urls")),
    path("meetings/", include("matchmaker.web.meetings.urls")),
    path("imports/", include("matchmaker.web.imports.urls")),
    path("gate/", include("matchmaker.web.gate.urls")),
    path("enquiries/", include("matchmaker.web.enquiries.urls")),
    path("obstacles/", include("matchmaker.web.obstacles.urls")),
    path("partner/", include("matchmaker.web.partner.urls")),
    path("console/", include("matchmaker.web.console.urls")),
    path("api/v1/", include("matchmaker.api.urls")),
    path("accounts/3rdparty/", account.sign_ins, name="sign_ins"),
    path("accounts/link/<str:token>/", sign_in_link.follow, name="sign_in_link"),
    path("accounts/", include("allauth.urls")),
    path("i18n/setlang/", page_language.choose, name="set_language"),
    path("styleguide/", pages.show, name="styleguide"),
    path("favicon.ico", standard_files.icon("img/favicon.ico"), name="favicon"),
    path("apple-touch-icon.png", standard_files.icon("img/apple-touch-icon.png"), name="apple_touch_icon"),
    path("brand.css", brand.styles, name="brand_styles"),
    path("brand.png", brand.logo, name="brand_logo"),
    path("events/<slug:slug>/brand.css", brand.event_styles, name="event_brand_styles"),
    path("events/<slug:slug>/brand.png", brand.event_logo, name="event_brand_logo"),
    path("events/<slug:slug>/brand.webp", brand.event_picture, name="event_brand_picture"),
    path("manifest.webmanifest", standard_files.manifest, name="manifest"),
    path(".well-known/security.txt", standard_files.security, name="security_txt"),
    path(".well-known/change-password", standard_files.change_password, name="change_password_address"),
    path("metrics", metrics.metrics, name="metrics"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("admin/", admin.site.urls),
    path("media/<path:path>", product_files.picture, name="picture"),
    # what the mail service reports; its own secret (ANYMAIL_WEBHOOK_SECRET) is the right to
    *([path("mail-events/", include("anymail.urls"))] if settings.MAIL_SERVICE else []),
]
