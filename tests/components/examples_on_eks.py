"""Examples of settings of a stack on EKS, which `test_documented_settings` tries with its own."""

from __future__ import annotations

from typing import Any, Final

ON_EKS: Final[dict[str, list[Any]]] = {
    "backup.schedule": ["cron(0 3 * * ? *)", "cron(30 2 ? * SUN-FRI *)"],
    "backup.keepDays": [35, 0],
    "cost.prices.*": ["0.08", 0.08, 1],
    "cost.logGigabytes": [0, 40],
    "cost.natGigabytes": [200],
    "images.repository": ["111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop", "localhost:5000/team/shop"],
    "images.repositories.*": [["api", "web-front"]],
    "images.keep": [50],
    "images.accounts": [["444455556666"]],
    "images.keyArn": ["arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    "images.caches.*.secret": ["arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/a-AbCdEf"],
    "images.cached": [False],
    "images.lock": ["images.lock.json"],
    "capacity.nodes": [3],
    "capacity.memory": ["7Gi"],
    "capacity.cpu": ["1930m"],
}
"""Setting → values that are accepted."""
