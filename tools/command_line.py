"""docs/command-line.md, made from the tables by which the command reads its own words."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from longshore.cli.flags import Flag, Verb, flags_of, variable_of
from longshore.cli.program import VERBS, find, second_words
from longshore.cli.project_input import FORMATS
from longshore.errors import EXIT_CODES
from longshore.report.table import markdown

READERS: Final = {
    "text": "people: each with the lines it is about, what to write instead, and its page",
    "concise": "grep and editors: one a line, `file:line:column: severity[code] path: message`",
    "json": "programs: every finding, notes too, as [its schema](findings.schema.json) promises",
    "github": "annotations of GitHub Actions, where it is the default",
    "gitlab": "GitLab's report of code quality: `artifacts: reports: codequality`",
    "junit": "test reports of nearly every CI service; what makes the run fail is a failed test, the rest are skipped",
    "sarif": "SARIF 2.1.0: GitHub's code scanning, Azure DevOps, editors",
}
"""Format of findings → who reads it."""

HEAD: Final = """\
# The command line

Made from the program's own tables by `python -m tools.documents`; a test keeps it true.

Standard output has what a verb is for and nothing else; findings beside it, what was written and what is done meanwhile
go to standard error. `-o, --output` names the format of the product, `--output-format` that of the findings,
`--output-file` and `--output-dir` where to write. A word that is a file or a folder is read as one:
`longshore check docker-compose.yml`, `longshore check services/shop/`. Flags that several verbs have may stand before
the verb. Each flag has a variable, which the flag beats; lists in it are separated by commas. `LONGSHORE_DOCUMENTATION`
is the address below which `docs/` is published: a finding ends with that of its page, and without it with the command
that prints the page.

`--select` and `--ignore` say which findings a run is about: the others are not shown and fail nothing, but are counted.
`--min-severity` says what is shown, `--fail-on` what makes the exit code 1. An error that keeps the files from being
read stays, whatever is ignored, and so does one that forbids a deployment in `plan`.
"""

TAIL: Final = """\
## In CI

**pre-commit**, in `.pre-commit-config.yaml`, with the address and a version of this repository:

```yaml
repos:
  - repo: REPOSITORY
    rev: VERSION
    hooks:
      - id: longshore-check
        args: [deploy/docker-compose.yml]   # without, the compose file of the repository is found
```

**GitHub Actions**, with `OWNER/REPOSITORY@VERSION` of this repository; every input can be left out:

```yaml
steps:
  - uses: actions/checkout@v4
  - uses: OWNER/REPOSITORY@VERSION
    with: {file: deploy/, fail-on: warning, sarif-file: longshore.sarif}
  - uses: github/codeql-action/upload-sarif@v3
    if: always()
    with: {sarif_file: longshore.sarif}
```

**GitLab**:

```yaml
longshore:
  script:
    - pip install longshore
    - longshore check -o gitlab > gl-code-quality-report.json
  artifacts:
    when: always
    reports: {codequality: gl-code-quality-report.json}
```

**Anywhere with Docker**: `docker build -t longshore .` in a checkout, then
`docker run --rm -v "$PWD:/work" longshore check`.

## What was called otherwise

| Before | Now |
|---|---|
| `render -o FILE`, `config -o FILE` | `--output-file FILE`; refused, with this answer |
| `render -o FOLDER`, `render --output-file FOLDER` | `--output-dir FOLDER`; refused, with this answer |
| `render`, `config`, `plan --output concise` and `github` | `--output-format`; refused, with this answer |
| `render`, `config`, `plan --output json` for findings | `--output-format json`; `--output json` is the product |
| `--format` | `-o, --output`; understood in this version, with a warning |
| exit code 3 of `secrets` and `status` for a store or cluster that does not answer | 4 |
| exit code 3 for a stack or file that was named and is not there | 2 |
"""


def every_verb() -> list[Verb]:
    """All verbs, those of groups as `secrets push`."""
    found = []
    for name in VERBS:
        verb, _ = find([name])
        if isinstance(verb, Verb):
            found.append(verb)
        inner = (find([name, word])[0] for word in second_words(import_module(VERBS[name][0])))
        found += [verb for verb in inner if isinstance(verb, Verb)]
    return found


def command_line_markdown() -> str:
    """The whole page."""
    verbs = every_verb()
    codes = [(str(code), meaning) for code, meaning in EXIT_CODES.items()]
    parts = [
        HEAD,
        "## Exit codes\n",
        *markdown(("code", "what it says, of every verb"), codes),
        "\nWhat 1 says of each verb that has it:\n",
        *markdown(("verb", "1"), [(f"`{verb.name}`", verb.wrong) for verb in verbs if verb.wrong]),
        "\n## Formats\n",
        *markdown(("verb", "`-o, --output`", "findings"), [_formats(verb) for verb in verbs]),
        "\n`longshore completion` writes a program for a shell, `longshore inventory program` one for Python.\n",
        *markdown(("findings as", "for"), [(f"`{name}`", READERS[name]) for name in FORMATS]),
        "\n## Flags\n",
        *_flags(verbs),
        "",
        TAIL,
    ]
    return "\n".join(parts)


def _formats(verb: Verb) -> tuple[str, str, str]:
    flags = {flag.name: flag for flag in flags_of(verb)}
    product, findings = flags.get("--output"), flags.get("--output-format")
    beside = product is not None and findings is not None
    own = product or findings
    shown = ", ".join(own.choices) if own else ""
    return f"`{verb.name}`", shown, f"`--output-format`: {', '.join(FORMATS)}" if beside else ""


def _flags(verbs: list[Verb]) -> list[str]:
    """One row for each flag that is spelled and explained alike, with the verbs that have it."""
    found: dict[Flag, list[str]] = {}
    for verb in verbs:
        for flag in flags_of(verb):
            found.setdefault(flag, []).append(verb.name)
    rows = []
    for flag in sorted(found, key=lambda flag: flag.name):
        names = ", ".join(f"`{name}`" for name in (flag.short, flag.name, flag.also) if name)
        old = f"; until now {flag.old}" if flag.old else ""
        choices = f": {', '.join(flag.choices)}" if flag.choices else ""
        default = f" (default {flag.default})" if flag.default else ""
        more = "; repeatable" if flag.repeat else ""
        variables = ", ".join(
            f"`{each}`" for each in (flag.variable, variable_of(flag.also) if flag.also else "") if each
        )
        who = "every verb" if len(found[flag]) == len(verbs) else ", ".join(found[flag])
        rows.append((names, flag.value, f"{flag.help}{choices}{more}{default}{old}", variables, who))
    return markdown(("flag", "value", "what it says", "variable", "verbs"), rows)
