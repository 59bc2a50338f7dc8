"""A real Kubernetes on this machine: built from Go modules, started in seconds, stopped without a trace.

The API server, etcd, the controllers and the scheduler are the released programs; nodes and pods are simulated by
KWOK, so no container ever runs. `docs/testing.md` says what that can show and what it cannot.
"""
