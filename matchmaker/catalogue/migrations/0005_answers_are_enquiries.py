"""A supplier answers a demand in an enquiry, which has the conversation and a quote per line; one way, not two."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0004_demand_desk")]

    operations = [migrations.DeleteModel(name="Interest")]
