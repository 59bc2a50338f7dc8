"""Services with mounts, and what became of them."""

APP = {"image": "app:1", "restart": "always"}


def bind(source, target="/x", **more):
    return {"type": "bind", "source": f"/project/{source}" if not source.startswith("/") else source, "target": target,
            "bind": {"create_host_path": True}, **more}  # fmt: skip


def app(*mounts, **more):
    return {**APP, "volumes": list(mounts), **more}


def mounts(result, name="app", kind="Deployment"):
    return {m["mountPath"]: m for m in result.pod(f"{kind}/{name}")["containers"][0].get("volumeMounts", [])}


def sources(result, name="app", kind="Deployment"):
    return {v["name"]: v for v in result.pod(f"{kind}/{name}").get("volumes", [])}


def told(result, code):
    return [(finding.severity.value, finding.message) for finding in result.found(code)]
