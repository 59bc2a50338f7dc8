"""The compose project as Kubernetes sees it: what each service becomes, and the facts that several rules must share.

Rules of `convert.attributes` and `convert.policies` write fields; what they have to agree on, they read here.
"""

from convert.estate.estate import Estate, Service, workload_kind

__all__ = ["Estate", "Service", "workload_kind"]
