"""Sheets coming in."""

from django.urls import path

from matchmaker.web.imports import feeds, readings, rows, steps

urlpatterns = [
    path("", steps.index, name="imports"),
    path("new/<str:owner>/<str:kind>/", steps.new, name="import_new"),
    path("new/<str:owner>/<str:kind>/example.<str:form>", steps.example, name="import_example"),
    path("feeds/new/<str:owner>/", feeds.new, name="feed_new"),
    path("feeds/<uuid:uid>/", feeds.show, name="feed"),
    path("feeds/<uuid:uid>/<str:verb>/", feeds.turn, name="feed_turn"),
    path("start/<str:kind>/", readings.start, name="reading_start"),
    path("readings/<uuid:uid>/", readings.show, name="reading"),
    path("<uuid:uid>/", steps.show, name="import"),
    path("<uuid:uid>/progress/", steps.progress, name="import_progress"),
    path("<uuid:uid>/look/", steps.look, name="import_look"),
    path("<uuid:uid>/sheet/", steps.other_sheet, name="import_sheet"),
    path("<uuid:uid>/columns/", steps.columns, name="import_columns"),
    path("<uuid:uid>/rows/<int:row_no>/", rows.correct, name="import_correct"),
    path("<uuid:uid>/likely/", rows.likely, name="import_likely"),
    path("<uuid:uid>/refused.<str:form>", steps.refused, name="import_refused"),
    path("<uuid:uid>/apply/", steps.apply, name="import_apply"),
    path("<uuid:uid>/undo/", steps.undo, name="import_undo"),
    path("<uuid:uid>/drop/", steps.drop, name="import_drop"),
]
