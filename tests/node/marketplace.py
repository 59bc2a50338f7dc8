"""The example estate with a stand-in for every image that Debian has no program for, sized for one small machine."""

import datetime as dt
import json
import shutil

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.cluster.estates import ROOT, longshore
from tools.node.standins import Role, program_image

OWN = "registry.example.com/marketplace"
POSTGRES = "postgres:5432"
# What each image's program does, as far as compose.yaml and config/ let it be seen.
ROLES = {
    f"{OWN}/storefront": Role({3000: "http"}, ("node",), ("node -e",)),
    f"{OWN}/catalog-api": Role({8080: "http"}, ("java",), (), {"--migrate": POSTGRES}),
    f"{OWN}/search": Role({8081: "http"}, ("/search",), ("search healthcheck",)),
    f"{OWN}/cart-api": Role({3001: "http"}, ("node",)),
    f"{OWN}/checkout-api": Role({50051: "grpc", 9464: "http"}),
    f"{OWN}/orders-api": Role({8080: "http"}, ("java",), (), {"--migrate": POSTGRES}),
    f"{OWN}/payments-api": Role({8080: "http"}),
    f"{OWN}/pricing-api": Role({8085: "http"}),
    f"{OWN}/inventory": Role(
        {8000: "http"},
        ("python", "gunicorn", "celery"),
        ("python -c", "celery -A inventory inspect"),
        {"migrate": POSTGRES},
    ),
    f"{OWN}/users-api": Role({3004: "http"}),
    f"{OWN}/reviews": Role({3000: "http"}, ("bundle",), (), {"db:prepare": POSTGRES}),
    f"{OWN}/recommendations": Role({8000: "http"}),
    f"{OWN}/notifications": Role({3005: "http"}, ("node",)),
    f"{OWN}/sellers": Role({80: "http"}),
    f"{OWN}/media": Role({8088: "http"}, ("/media",)),
    f"{OWN}/shipping-api": Role({8091: "http"}),
    f"{OWN}/tax-api": Role({8090: "http"}),
    f"{OWN}/fraud-api": Role({8093: "http"}),
    "unleashorg/unleash-server": Role({4242: "http"}),
    "ghcr.io/imgproxy/imgproxy": Role({8080: "http"}, ("imgproxy",), ("imgproxy health",)),
    "flyway/flyway": Role(ends={"migrate": "payments-db:5432"}),
    "prodrigestivill/postgres-backup-local": Role(),
    "rabbitmq": Role({5672: "http", 15672: "http"}, ("rabbitmq-diagnostics",), ("rabbitmq-diagnostics",)),
    "opensearchproject/opensearch": Role({9200: "https"}),
    "clickhouse/clickhouse-server": Role({8123: "http", 9000: "http"}),
    "minio/minio": Role({9000: "http", 9001: "http"}, ("mc",), ("mc ready",)),
    "minio/mc": Role(programs=("mc",), ends={"alias": "minio:9000", "mb": "", "admin": ""}),
}
# What the gateway calls, and a path of its own for each (config/nginx/conf.d).
UPSTREAMS = {
    "storefront": "/",
    "catalog-api": "/api/catalog/x",
    "search-api": "/api/search/x",
    "cart-api": "/api/cart/x",
    "orders-api": "/api/orders/x",
    "users-api": "/api/users/x",
    "reviews-api": "/api/reviews/x",
    "media-api": "/api/media/x",
    "payments-api": "/api/webhooks/x",
    "sellers-api": "/sellers/x",
    "imgproxy": "/img/x",
    "checkout-api": "/api/checkout/x",
}
EDGE = {"network.longshore.dev/marketplace_edge": "true"}
STACK = {
    "longshore:environment": "node",
    "longshore:cluster": {"kind": "kubeconfig", "networkPolicies": True},
    "longshore:team": "shop",
    "longshore:compose": {
        "files": ["examples/marketplace/compose.yaml", "examples/marketplace/compose.kubernetes.yaml"],
        "envFiles": ["examples/marketplace/.env.example"],
    },
    "longshore:secrets": {"backend": "fake"},
    # Two of the gateway's services keep files: on a disk they would have to stop before the new one starts.
    "longshore:storage": {
        "sharedClass": "efs",
        "size": "1Gi",
        "volumes": {"seller-files": {"accessMode": "ReadWriteMany"}},
    },
}


def project(folder):
    """A checkout with the marketplace and a stack for the node, as a team would have it."""
    shutil.copytree(ROOT / "examples" / "marketplace", folder / "examples" / "marketplace")
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    (folder / "stacks").mkdir()
    (folder / "stacks" / "Pulumi.shop.node.yaml").write_text(json.dumps({"config": STACK}))
    return folder


def rendered(folder, **environment):
    """What `longshore render` makes of it; sized, and with a certificate where the fake store has none."""
    run = longshore("render", folder, "-s", "shop.node", environment=environment)
    assert run.code == 0, run.err
    manifests = run.manifests
    for each in manifests:
        if each["kind"] in {"Deployment", "Job"}:
            _small(each)
        if each["kind"] == "SecretStore":
            certified(each)
    return manifests


def images(manifests):
    """The stand-ins for the images that the manifests name; each tells its tag as its version."""
    found = {}
    for each in manifests:
        if each["kind"] in {"Deployment", "Job"}:
            for container in _containers(each):
                repository, _, tag = container["image"].rpartition(":")
                if repository in ROLES:
                    found[container["image"]] = program_image(container["image"], ROLES[repository], VERSION=tag)
    return list(found.values())


def _containers(workload):
    pod = workload["spec"]["template"]["spec"]
    return [*pod.get("initContainers", []), *pod["containers"]]


def _small(workload):
    """43 services ask for more than one machine has; what they may use at most stays as it is."""
    for container in _containers(workload):
        container["resources"]["requests"] = {"cpu": "10m", "memory": "16Mi", "ephemeral-storage": "1Mi"}


def certified(store):
    certificate, key = _self_signed()
    for entry in store["spec"]["provider"]["fake"]["data"]:
        for name, text in (("tls_certificate", certificate), ("tls_key", key)):
            if entry["key"].endswith(f"/{name}"):
                entry["value"] = json.dumps({"value": text})


def _self_signed():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "marketplace.example.com")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return certificate.public_bytes(serialization.Encoding.PEM).decode(), pem.decode()
