"""What `load_reference` reads from `data/`."""

import io

import pytest
from django.core.management import call_command

from matchmaker.catalogue.models import HSCode

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_codes_have_everyday_chinese_names_also_after_they_were_loaded_without():
    call_command("load_reference", stdout=io.StringIO())
    rice = HSCode.objects.get(pk="100630")
    assert rice.names_zh.split("、")[:2] == ["大米", "白米"]
    assert HSCode.objects.get(pk="1006").names_zh == "稻谷、糙米、大米、碎米"
    assert HSCode.objects.get(pk="10").names_zh == ""
    HSCode.objects.update(names_zh="")
    call_command("load_reference", stdout=io.StringIO())
    assert HSCode.objects.get(pk="100630").names_zh == rice.names_zh
