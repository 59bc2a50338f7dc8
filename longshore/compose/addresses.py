"""IP addresses as text, strict as Go's `net.ParseIP`: no leading zeros, no zone."""

from __future__ import annotations

import re

from longshore.regex import Regex

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = Regex(rf"{_OCTET}(?:\.{_OCTET}){{3}}", re.ASCII)
_GROUP = Regex(r"[0-9a-fA-F]{1,4}")
_GROUPS = 8


def is_address(text: str) -> bool:
    """Is this an IPv4 or IPv6 address?"""
    if ":" not in text:
        return bool(_IPV4.fullmatch(text))
    head, double, tail = text.partition("::")
    groups = [*head.split(":")] if head else []
    rest = [*tail.split(":")] if tail else []
    everything = groups + rest
    if double and "::" in tail:
        return False
    count = len(everything)
    if everything and "." in everything[-1]:
        if not _IPV4.fullmatch(everything.pop()):
            return False
        count += 1
    if not all(_GROUP.fullmatch(group) for group in everything):
        return False
    return count < _GROUPS if double else count == _GROUPS
