"""What a stack file may say of logs, alarms and who is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from longshore.decoding.types import Section, text
from longshore.stack.setting_types import AddonVersion, Days, Email

Topic = Annotated[
    str,
    text(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}", "the ARN of a topic, `arn:aws:sns:…`"),
]

ADDON: Final = "amazon-cloudwatch-observability"
"""The EKS add-on that ships logs and metrics."""


@dataclass(frozen=True, slots=True)
class Observability(Section):
    """Logs and metrics of a cluster in CloudWatch, billed by what is written."""

    version: AddonVersion = ""
    """Version of the add-on, `v4.7.0-eksbuild.1`; may stand in `cluster.addons` instead."""
    log_days: Days = 30
    """For how many days logs are kept."""
    notify: tuple[Email, ...] = ()
    """Mail addresses that are told of nodes that fail, and of a certificate that is not renewed."""
    topic: Topic = ""
    """ARN of a topic of SNS that is told too, for a pager or a chat."""


@dataclass(frozen=True, slots=True)
class Alarms(Section):
    """Alarms and a dashboard of one team."""

    notify: tuple[Email, ...] = ()
    """Mail addresses that are told; each confirms a mail of AWS first."""
    topic: Topic = ""
    """ARN of a topic of SNS that is told, for a pager or a chat."""
