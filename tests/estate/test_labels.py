"""Labels become annotations wherever they stand, and what everybody may read holds no secret."""

import pytest

from longshore.compose.references import OPEN, reference
from longshore.model import Severity

APP = {"image": "a:1", "restart": "always", "networks": {"back": None}, "configs": [{"source": "c", "target": "/c"}]}
APP["volumes"] = [{"type": "volume", "source": "data", "target": "/data"}]


@pytest.mark.parametrize("value", [f"Bearer {reference('API_TOKEN')}", "postgres://shop:hunter2@db/shop"])
@pytest.mark.parametrize("section", ["volumes", "networks", "configs", "services"])
def test_a_secret_in_a_label_goes_nowhere(convert, section, value):
    labels = {"com.example.note": value, "com.example.team": "shop"}
    top = {"volumes": {"data": {}}, "networks": {"back": {}}, "configs": {"c": {"content": "x"}}}
    app = {**APP, "labels": labels} if section == "services" else APP
    if section != "services":
        (name,) = top[section]
        top[section][name]["labels"] = labels
    result = convert({"app": app}, **top)
    (finding,) = result.found("secret-in-label")
    assert finding.severity is Severity.ERROR
    text = str(result.objects)
    assert OPEN not in text
    assert "hunter2" not in text
    assert "com.example.team" in text
