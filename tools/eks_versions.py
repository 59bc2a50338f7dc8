"""What is written here of EKS versions and add-ons, held against what AWS says: `make versions`, with credentials.

Differences are printed, one a line, for a person to judge: a newer add-on is not taken unseen.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from longshore.stack.addons import VERSIONS
from longshore.stack.support import ENDS, Ends

if TYPE_CHECKING:
    from collections.abc import Iterator


def differences(eks: Any) -> Iterator[str]:
    """Compare the tables with the answers of `eks`, a client of boto3."""
    for found in eks.describe_cluster_versions(includeAll=True)["clusterVersions"]:
        version = found["clusterVersion"]
        theirs = Ends(found["endOfStandardSupportDate"].date(), found["endOfExtendedSupportDate"].date())
        if (version in ENDS and ENDS[version] != theirs) or version > max(ENDS):
            yield f"support of {version}: {theirs.standard}, extended {theirs.extended}; here {ENDS.get(version)}"
    for addon, pinned in VERSIONS.items():
        for kubernetes, ours in pinned.items():
            answer = eks.describe_addon_versions(addonName=addon, kubernetesVersion=kubernetes)["addons"]
            theirs_too = [one["addonVersion"] for addons in answer for one in addons["addonVersions"]]
            if ours not in theirs_too:
                yield f"{addon} for {kubernetes}: {ours} is not offered any more; there are {', '.join(theirs_too[:5])}"
            elif theirs_too[0] != ours:
                yield f"{addon} for {kubernetes}: {ours}; the newest is {theirs_too[0]}"


def main() -> int:
    """Print the differences; 1 where there are some, 4 where AWS was not asked."""
    try:
        found = list(differences(boto3.client("eks")))
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(
            f"error: AWS does not answer: {type(error).__name__}\nhelp: credentials and a region of AWS are needed\n"
        )
        return 4
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
