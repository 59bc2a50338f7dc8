#!/usr/bin/env python3
"""A `gh` with one repository in a file: issues and comments, as the scripts of our workflows ask for them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

STATE = Path(os.environ["GH_STATE"])


def option(words: list[str], name: str) -> str:
    """What stands behind an option; empty where it is not there."""
    return words[words.index(name) + 1] if name in words else ""


def filtered(found: list[dict[str, object]], expression: str) -> str:
    """What jq makes of it, as gh does."""
    return subprocess.run(
        ["jq", "-r", expression], input=json.dumps(found), capture_output=True, text=True, check=True
    ).stdout


def main(words: list[str]) -> str:
    """Do one command, and answer it."""
    state = json.loads(STATE.read_text()) if STATE.exists() else {"issues": [], "comments": []}
    answer = ""
    match words[:2]:
        case ["issue", "list"]:
            answer = filtered([one for one in state["issues"] if one["open"]], option(words, "--jq"))
        case ["issue", "create"]:
            body = Path(option(words, "--body-file")).read_text()
            number = len(state["issues"]) + 1
            state["issues"].append({"number": number, "title": option(words, "--title"), "body": body, "open": True})
        case ["issue", ("edit" | "close") as verb]:
            issue = state["issues"][int(words[2]) - 1]
            issue["open"] = verb == "edit"
            issue["body"] = Path(option(words, "--body-file")).read_text() if verb == "edit" else issue["body"]
        case ["api", "--paginate"]:
            answer = filtered(state["comments"], option(words, "--jq"))
        case ["api", "--method"]:
            body = Path(option(words, "--field").removeprefix("body=@")).read_text()
            if words[2] == "PATCH":
                state["comments"][int(words[3].rsplit("/", 1)[1]) - 1]["body"] = body
            else:
                state["comments"].append({"id": len(state["comments"]) + 1, "body": body})
        case _:
            sys.exit(f"this gh does not know `{' '.join(words)}`")
    STATE.write_text(json.dumps(state))
    return answer


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1:]))
