"""Findings over one small file, as the tests of every format show them."""

from __future__ import annotations

from longshore.compose.references import reference
from longshore.model import Fate, Finding, Severity, Span

TEXT = """\
services:
  web:
    image: nginx
    restart: on-failure:3
    environment:
      DB_PASSWORD: hunter2-CANARY
  api:
    restart: on-failure:3
"""
SOURCES = {"compose.yaml": TEXT}
RESTART = "Kubernetes counts restarts per pod, not per container, so that three of them may take longer than they did"

FINDINGS = (
    Finding("names", Severity.INFO, "the team has no name", "set `team` in the stack file"),
    Finding(
        "restart",
        Severity.WARNING,
        RESTART,
        "write `x-longshore: {allow: [restart]}` if that is as good",
        ("services", "api", "restart"),
        Span("compose.yaml", 8, 5, 7),
        Fate.APPROXIMATED,
    ),
    Finding(
        "restart",
        Severity.WARNING,
        RESTART,
        "write `x-longshore: {allow: [restart]}` if that is as good",
        ("services", "web", "restart"),
        Span("compose.yaml", 4, 5, 7),
        Fate.APPROXIMATED,
    ),
    Finding(
        "plaintext-secret",
        Severity.ERROR,
        f"a secret stands here as text; {reference('DB_PASSWORD')} does not",
        path=("services", "web", "environment", "DB_PASSWORD"),
        span=Span("compose.yaml", 6, 20, 14),
        related=(("included from", Span("main.yaml", 3, 5)), ("included from", Span("top.yaml", 1, 1))),
    ),
)
