"""What a program asks AWS while it runs, and what is said where AWS does not answer: whose setting asks, and why not.

Pulumi raises an exception of no kind of its own then, of which an engine shows the traceback.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import pulumi

from longshore.decoding.errors import Wrong
from longshore.stack.validation import told

if TYPE_CHECKING:
    from collections.abc import Callable

    import pulumi_aws as aws

    from longshore.model import Path
    from longshore.stack.file import StackFile

T = TypeVar("T")
LONGEST: Final = 300
"""Characters of a reason that are shown: the provider may put the whole answer of AWS into it."""
_DENIED: Final = re.compile(r"not authorized to perform: ([\w:-]+)(?: on resource: (\S+))?")


class Questions(NamedTuple):
    """Questions for the sake of one setting. path: of it. otherwise: what can be written for nobody to be asked."""

    provider: aws.Provider
    file: StackFile
    path: Path
    otherwise: str = ""

    def ask(self, question: Callable[..., T], **arguments: Any) -> T:
        """Ask by a function of Pulumi's provider.

        Raises:
            pulumi.RunError: AWS does not answer, or not to whoever deploys.
        """
        try:
            return question(**arguments, opts=pulumi.InvokeOptions(provider=self.provider))
        except Exception as failed:
            if type(failed) is not Exception:  # those are bugs, of ours or of others
                raise
            raise pulumi.RunError(told(refusal(self.path, str(failed), self.otherwise), self.file)) from None


def refusal(path: Path, reason: str, otherwise: str = "") -> Wrong:
    """What is wrong where AWS does not answer. reason: in the words of Pulumi and AWS.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    words = " ".join(reason.split())
    denied = _DENIED.search(words)
    or_else = f", or {otherwise}" if otherwise else ""
    if denied is None:
        last = words.rpartition("error occurred: * ")[2]
        shown = last if len(last) <= LONGEST else f"{last[:LONGEST]}…"
        return Wrong(path, f"asks AWS, which does not answer: {shown}", f"see to what it says{or_else}")
    right, resource = denied[1], denied[2]
    missing = f"`{right}` on `{resource}`" if resource else f"`{right}`"
    return Wrong(
        path,
        f"asks AWS, and whoever deploys has no right to {missing}",
        f"give it, as roles of a bootstrap stack have it{or_else}",
    )
