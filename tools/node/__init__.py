"""A real Kubernetes node on this machine: containers run, are killed, are probed and rolled, and reach each other.

The control plane of `tools.cluster`, with kubelet, kube-proxy, containerd, runc, CoreDNS and enforced NetworkPolicies,
in namespaces of its own: nothing of it is seen outside, nothing it sends can leave, and one kill ends it all.
`docs/testing.md` says what is real there and what imitated; `tools.node.node` is the way in from Python.
"""
