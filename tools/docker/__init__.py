"""A real Docker Engine on this machine, beside the real node: what a compose file does where it comes from.

Debian's dockerd and containerd, `docker compose` from the Go module proxy, in namespaces of their own: nothing of it is
seen outside, nothing it sends can leave, and one kill ends it all. `tools.docker.engine` is the way in from Python.
"""
