"""An organization's slug stands in the one name space, for that organization."""

from django.db import migrations

ADD = """
ALTER TABLE organizations_organization ADD CONSTRAINT organization_slug_is_its_public_name
    FOREIGN KEY (slug, id) REFERENCES organizations_publicname (name, organization_id) DEFERRABLE INITIALLY DEFERRED
"""
DROP = "ALTER TABLE organizations_organization DROP CONSTRAINT organization_slug_is_its_public_name"


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial")]
    operations = [migrations.RunSQL(ADD, DROP)]
