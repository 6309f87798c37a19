"""Reference data of market access, to be read by the site's administrators. Edits go through the services."""

from django.conf import settings
from django.contrib import admin

from matchmaker.market_access.models import (
    AdditionalDuty,
    AdditionalDutyList,
    Agreement,
    AgreementPartner,
    EntryRule,
    ImportRegime,
    TariffRate,
)


class ReadOnly(admin.ModelAdmin):
    """Rules and rates have history and a preview; the admin would pass both by."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(EntryRule)
class EntryRuleAdmin(ReadOnly):
    list_display = ["code", "requirement", "valid_from", "valid_until", "confidence", "edited_here"]
    list_filter = ["confidence", "stage", "evidence"]
    search_fields = ["code", *(f"name__{code}" for code in settings.STAFF_LANGUAGES)]


@admin.register(Agreement)
class AgreementAdmin(ReadOnly):
    list_display = ["code", "name", "kind", "flat_rate", "partly_suspended"]
    search_fields = ["code", *(f"name__{code}" for code in settings.STAFF_LANGUAGES)]


@admin.register(AgreementPartner)
class AgreementPartnerAdmin(ReadOnly):
    list_display = ["agreement", "origin", "valid_from", "valid_until", "confidence"]
    list_filter = ["agreement"]
    search_fields = ["=origin"]


@admin.register(ImportRegime)
class ImportRegimeAdmin(ReadOnly):
    list_display = ["code", "kind", "duty", "tax_percent", "valid_from", "valid_until", "confidence"]
    list_filter = ["kind"]


@admin.register(TariffRate)
class TariffRateAdmin(ReadOnly):
    list_display = ["hs_code", "regime", "percent", "text", "valid_from", "valid_until", "source"]
    search_fields = ["^hs_code"]
    show_full_result_count = False


@admin.register(AdditionalDuty)
class AdditionalDutyAdmin(ReadOnly):
    list_display = ["code", "kind", "percent_low", "percent_high", "valid_from", "valid_until", "confidence"]
    list_filter = ["kind", "confidence"]
    search_fields = ["code", "title"]


@admin.register(AdditionalDutyList)
class AdditionalDutyListAdmin(ReadOnly):
    list_display = ["as_of", "source", "loaded_by", "loaded_at"]
