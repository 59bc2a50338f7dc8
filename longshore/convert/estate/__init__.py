"""The compose project as Kubernetes sees it: what each service becomes, and the facts that several rules must share.

Rules of `attributes` and `policies` write fields; what they have to agree on, they read here.
"""

from longshore.convert.estate.estate import Estate, Service, workload_kind

__all__ = ["Estate", "Service", "workload_kind"]
