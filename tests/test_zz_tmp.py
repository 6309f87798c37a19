import pytest, re
from django.core import mail
from django.test import Client
from django.urls import reverse
from tests import factories
pytestmark = pytest.mark.django_db
def test_show(settings):
    settings.ACCOUNT_EMAIL_NOTIFICATIONS=True
    for lang in ("en","zh-hans"):
        mail.outbox.clear()
        c=Client(headers={"Accept-Language":lang})
        c.post(reverse("account_signup"),{"name":"Somebody","email":f"new{lang}@example.org","password1":"correct horse battery"})
        p=factories.user("correct horse battery",email=f"kn{lang}@example.org",language=lang)
        c.post(reverse("account_signup"),{"name":"Somebody","email":p.email,"password1":"correct horse battery"})
        c.post(reverse("account_reset_password"),{"email":p.email})
        c.post(reverse("account_reset_password"),{"email":"nobody@example.org"})
        c.post(reverse("account_login"),{"login":p.email,"password":"correct horse battery"})
        c.post(reverse("account_change_password"),{"oldpassword":"correct horse battery","password1":"another horse battery","password2":"another horse battery"})
        print("=====",lang, settings.SITE_URL)
        for m in mail.outbox: print("-----",m.to,m.subject, m.from_email, [a[1] for a in m.alternatives]); print(m.body)
