"""What a supplier's people work with."""

from django.urls import path

from matchmaker.web import company_pages
from matchmaker.web.supplier import codes, exports, home, label, market, matches, papers, preview, products

urlpatterns = [
    path("", home.home, name="supplier_home"),
    path("company/", company_pages.edit_as_supplier, name="supplier_company"),
    path("products/", products.index, name="supplier_products"),
    path("products/export.<str:form>", exports.products, name="supplier_products_export"),
    path("products/new/", products.new, name="supplier_product_new"),
    path("products/codes/", codes.suggest, name="supplier_suggest_codes"),
    path("products/<uuid:uid>/", products.edit, name="supplier_product_edit"),
    path("products/<uuid:uid>/matching/", products.matching, name="supplier_product_matching"),
    path("products/<uuid:uid>/publish/", products.publish, name="supplier_product_publish"),
    path("products/<uuid:uid>/pause/", products.pause, name="supplier_product_pause"),
    path("products/<uuid:uid>/withdraw/", products.withdraw, name="supplier_product_withdraw"),
    path("products/<uuid:uid>/history/", home.history, name="supplier_product_history"),
    path("products/<uuid:uid>/copy/", products.copy, name="supplier_product_copy"),
    path("products/<uuid:uid>/pictures/", products.add, name="supplier_product_image_add"),
    path("products/<uuid:uid>/pictures/reserve/", products.reserve, name="supplier_product_pictures_reserve"),
    path("products/<uuid:uid>/pictures/open/", products.open_to_all, name="supplier_product_pictures_open"),
    path("products/<uuid:uid>/pictures/<int:pk>/", products.change, name="supplier_product_image_change"),
    path("products/<uuid:uid>/pictures/<int:pk>/remove/", products.remove_image, name="supplier_product_image_remove"),
    path("products/<uuid:uid>/certificates/<str:code>/", papers.certificate, name="supplier_product_certificate"),
    path("products/<uuid:uid>/files/", papers.add_file, name="supplier_product_file_add"),
    path("products/<uuid:uid>/files/<uuid:key>/remove/", papers.remove_file, name="supplier_product_file_remove"),
    path("products/<uuid:uid>/videos/", papers.add_video, name="supplier_product_video_add"),
    path("products/<uuid:uid>/videos/<uuid:key>/remove/", papers.remove_video, name="supplier_product_video_remove"),
    path("products/<uuid:uid>/preview/", preview.show, name="supplier_product_preview"),
    path("products/<uuid:uid>/china/label/", label.label, name="supplier_product_label"),
    path("products/<uuid:uid>/china/", market.show, name="supplier_product_market"),
    path("products/<uuid:uid>/china/line/", market.choose_line, name="supplier_product_line"),
    path("products/<uuid:uid>/china/answer/", market.answer, name="supplier_product_answer"),
    path("products/<uuid:uid>/china/brand/", market.state_brand, name="supplier_product_brand"),
    path("products/<uuid:uid>/china/step/", papers.add_step, name="supplier_step_show"),
    path("products/<uuid:uid>/china/registration/", papers.add_registration, name="supplier_registration_add"),
    path("registrations/", papers.index, name="supplier_registrations"),
    path("registrations/<uuid:uid>/remove/", papers.forget_registration, name="supplier_registration_remove"),
    path("interest/", home.interest, name="supplier_interest"),
    path("matches/export.<str:form>", exports.matches, name="supplier_matches_export"),
    path("matches/", matches.index, name="supplier_matches"),
    path("matches/<uuid:uid>/", matches.show, name="supplier_match"),
    path("matches/<uuid:uid>/answer/", matches.answer, name="supplier_match_answer"),
]
