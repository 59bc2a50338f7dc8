"""What single settings of a stack file may be: names, ranges, versions, amounts."""

from __future__ import annotations

import re
from typing import Annotated

from longshore.decoding.types import Integer, Rule, text

Name = Annotated[
    str, text(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", "a DNS label: lower-case letters, digits and `-`, at most 63")
]
Region = Annotated[str, text(r"[a-z]{2}(-[a-z]+)+-[0-9]", "an AWS region such as `eu-west-1`")]
Account = Annotated[str, text(r"[0-9]{12}", "an AWS account id: 12 digits, in quotes")]
RoleArn = Annotated[
    str, text(r"arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+", "the ARN of an IAM role, `arn:aws:iam::…:role/…`")
]
KeyArn = Annotated[
    str, text(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+", "the ARN of a key of KMS, `arn:aws:kms:…:key/…`")
]
Policy = Annotated[
    str,
    text(
        r"arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+|[A-Za-z0-9_+=,.@-]+(/[A-Za-z0-9_+=,.@-]+)*",
        "the name of an IAM policy of AWS's such as `CloudWatchAgentServerPolicy`, or the ARN of one",
    ),
]
Repository = Annotated[
    str,
    text(
        r"[A-Za-z0-9][A-Za-z0-9-]{0,38}(@[0-9]{1,20})?/[A-Za-z0-9._-]{1,100}(@[0-9]{1,20})?",
        "one repository of GitHub, `owner/name`, without `*` or `?`",
    ),
]
PolicyArn = Annotated[
    str,
    text(r"arn:aws[a-z-]*:iam::[0-9]{12}:policy/.+", "the ARN of a policy of an account, `arn:aws:iam::…:policy/…`"),
]
Connection = Annotated[
    str,
    text(
        r"arn:aws[a-z-]*:(codeconnections|codestar-connections):[a-z0-9-]+:[0-9]{12}:connection/[0-9a-f-]+",
        "the ARN of a connection to GitHub, `arn:aws:codeconnections:…:connection/…`",
    ),
]
Cidr = Annotated[str, text(r"([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}", "an address range such as `10.0.0.0/16`")]
Minor = Annotated[str, text(r"1\.[0-9]{2}", "a Kubernetes minor version in quotes, such as `'1.35'`")]
Version = Annotated[
    str, text(r"v?[0-9]+\.[0-9]+\.[0-9]+([-+.][0-9A-Za-z.-]+)?", "an exact version such as `v1.2.3` (pinned)")
]
AddonVersion = Annotated[
    str, text(r"v[0-9][0-9.]*-eksbuild\.[0-9]+", "an exact EKS add-on version such as `v1.23.0-eksbuild.1`")
]
Email = Annotated[str, text(r"[^@\s]+@[^@\s]+\.[^@\s]+", "a mail address")]
Quantity = Annotated[
    str,
    text(r"[0-9]+(\.[0-9]+)?(m|k|[KMGTPE]i|[MGTPE])?", "a Kubernetes quantity such as `512Mi`, `2Gi`, `250m` or `2`"),
]
RETENTIONS = frozenset({1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827})
"""Days for which CloudWatch can keep a log."""
_RETENTION = "a retention that CloudWatch knows, in days: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400 …"
Days = Annotated[Integer, Rule(RETENTIONS.__contains__, _RETENTION, {"enum": sorted(RETENTIONS)})]
DaysOrNone = Annotated[
    Integer, Rule((RETENTIONS | {0}).__contains__, f"0, or {_RETENTION}", {"enum": [0, *sorted(RETENTIONS)]})
]
IDLE = frozenset({0, 1, 7, 14, 30, 60, 90, 180, 270, 365})
"""Days after which EFS moves a file that nobody reads: https://docs.aws.amazon.com/efs/latest/ug/lifecycle-management-efs.html."""
_IDLE = "0, or days that EFS knows: 1, 7, 14, 30, 60, 90, 180, 270 or 365"
Idle = Annotated[Integer, Rule(IDLE.__contains__, _IDLE, {"enum": sorted(IDLE)})]
Owner = Annotated[str, text(r"[0-9]{1,10}:[0-9]{1,10}", "a user and a group by number, such as `'999:999'`")]
# The engine of pydantic's patterns looks at no text twice, and knows no `(?!…)`.
_GROUP = re.compile(r"(?!system:|eks:|aws:|amazon:|iam:)[^\s]*").fullmatch
Group = Annotated[
    str,
    Rule(
        lambda group: _GROUP(group) is not None,
        "a Kubernetes group that EKS lets one name: not `system:…`",
        {"pattern": r"^(?!system:|eks:|aws:|amazon:|iam:)[^\s]*$"},
    ),
]
