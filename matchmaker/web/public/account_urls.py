"""A person's own pages."""

from django.urls import path

from matchmaker.web.public import account, webhooks

urlpatterns = [
    path("account/", account.show, name="account"),
    path("account/keys/", account.tokens, name="account_tokens"),
    path("account/keys/<uuid:uid>/revoke/", account.revoke_token, name="account_token_revoke"),
    path("account/webhooks/", webhooks.index, name="account_webhooks"),
    path("account/webhooks/<uuid:key>/", webhooks.show, name="account_webhook"),
    path("account/webhooks/<uuid:key>/<str:verb>/", webhooks.act, name="account_webhook_act"),
    path("account/webhooks/<uuid:key>/replay/<uuid:event>/", webhooks.replay, name="account_webhook_replay"),
    path("account/data/", account.data, name="account_data"),
    path("account/data/ready/", account.copy_ready, name="account_copy"),
    path("account/data/copy/", account.download, name="account_download"),
    path("account/data/erase/", account.erase, name="account_erase"),
]
