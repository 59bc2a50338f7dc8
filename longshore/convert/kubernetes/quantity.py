"""Kubernetes quantities in their canonical form, so that what the API server stores is what we wrote.

Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from math import ceil
from typing import Final

_BINARY: Final = (("Ei", 60), ("Pi", 50), ("Ti", 40), ("Gi", 30), ("Mi", 20), ("Ki", 10))
_DECIMAL: Final = (("E", 18), ("P", 15), ("T", 12), ("G", 9), ("M", 6), ("k", 3))
_FACTORS: Final = {
    **{suffix: Decimal(1 << power) for suffix, power in _BINARY},
    **{suffix: Decimal(10) ** power for suffix, power in (*_DECIMAL, ("m", -3), ("u", -6), ("n", -9))},
}


@lru_cache(maxsize=1024)
def memory(count: int) -> str:
    """Write a number of bytes: `536870912` is `512Mi`."""
    for suffix, power in _BINARY:
        if count and count % (1 << power) == 0:
            return f"{count >> power}{suffix}"
    for suffix, power in _DECIMAL:
        if count and count % 10**power == 0:
            return f"{count // 10**power}{suffix}"
    return str(count)


def mebibytes(count: int) -> str:
    """Write a number of bytes that was measured, for people: `44335104` is `43Mi`."""
    return memory(max(1, ceil(count / (1 << 20))) << 20)


def cpu(millicores: int) -> str:
    """Write a share of processors in thousandths: `500` is `500m`, `2000` is `2`."""
    return f"{millicores}m" if millicores % 1000 else str(millicores // 1000)


@lru_cache(maxsize=1024)
def bytes_in(quantity: str) -> int:
    """Read a quantity of memory or disk, as whole bytes, rounded up."""
    return ceil(_value(quantity))


@lru_cache(maxsize=1024)
def millicores_in(quantity: str) -> int:
    """Read a quantity of processors, in thousandths, rounded up."""
    return ceil(_value(quantity) * 1000)


def _value(quantity: str) -> Decimal:
    for length in (2, 1):
        factor = _FACTORS.get(quantity[-length:])
        if factor is not None:
            return Decimal(quantity[:-length]) * factor
    return Decimal(quantity)
