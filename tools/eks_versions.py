"""What is written here of EKS versions, add-ons and charts, held against what AWS and the charts' repositories say.

`make versions`, with credentials. Differences are printed, one a line, for a person to judge: nothing newer is taken
unseen.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import boto3
import httpx
import yaml
from botocore.exceptions import BotoCoreError, ClientError

from longshore.stack.addons import VERSIONS
from longshore.stack.charts import PINNED
from longshore.stack.support import ENDS, Ends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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


def chart_differences(read: Callable[[str], str]) -> Iterator[str]:
    """Compare the pinned charts with the index of each repository, which `read` gives by its URL.

    Source: https://helm.sh/docs/topics/chart_repository/#the-index-file
    """
    for chart in PINNED:
        index = yaml.load(read(f"{chart.repository.rstrip('/')}/index.yaml"), yaml.CSafeLoader)
        offered = [str(entry["version"]) for entry in index["entries"][chart.name]]
        final = sorted((version for version in offered if "-" not in version), key=_numbers)
        if chart.version not in offered:
            yield f"chart {chart.name}: {chart.version} is not offered; the newest is {final[-1]}"
        elif final[-1] != chart.version:
            yield f"chart {chart.name}: {chart.version}; the newest is {final[-1]}"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.lstrip("v").split("."))


def _read(url: str) -> str:
    return httpx.get(url, follow_redirects=True, timeout=60).raise_for_status().text


def main() -> int:
    """Print the differences; 1 where there are some, 4 where AWS or a repository does not answer."""
    try:
        found = [*differences(boto3.client("eks")), *chart_differences(_read)]
    except httpx.HTTPError as error:
        sys.stderr.write(f"error: a repository of charts does not answer: {type(error).__name__}\n")
        return 4
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(
            f"error: AWS does not answer: {type(error).__name__}\nhelp: credentials and a region of AWS are needed\n"
        )
        return 4
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
