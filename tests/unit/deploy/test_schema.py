"""The schemas that other programs are built from."""

import pytest

from deploy.schema import NAMES, schema
from deploy.settings.deployment import Settings


@pytest.mark.parametrize("what", NAMES)
def test_each_has_a_schema(what: str) -> None:
    """`xiangyin schema` answers for each record and each file that people write."""
    found = schema(what)
    assert found["$schema"].endswith("2020-12/schema")
    assert "properties" in found or "$ref" in found or "anyOf" in found


def test_secrets_have_no_place_in_the_files_schema() -> None:
    """An editor does not offer to write a password into the file, and offers everything else."""
    assert set(Settings.model_fields) - set(schema("deployment")["properties"]) == {
        "elasticsearch_password",
        "elasticsearch_api_key",
    }
