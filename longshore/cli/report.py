"""`longshore report`: an estate as a page to look at, for those who will run it: one file, which loads nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.cli.findings_output import locate, show
from longshore.cli.flags import Flag, Verb
from longshore.cli.output_file import write_out
from longshore.cli.project_input import FINDINGS, FLAGS, OVERWRITE, WRONG, exit_code, output, read
from longshore.cli.selection import chosen
from longshore.errors import Refused

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.project_input import Reading
    from longshore.cli.shell import Shell

_FAIL_ON = next(flag for flag in FINDINGS if flag.name == "--fail-on")


def run(given: Given, shell: Shell) -> int:
    """Write the page to standard output or a file; of an estate that cannot be read the findings are told instead."""
    if given.text("--output") == "html" and not given.text("--output-file") and shell.out.isatty():
        raise Refused(
            "a page of HTML is nothing for a terminal",
            "`--output-file report.html` writes it to a file; `-o markdown` is to be read here",
        )
    reading = chosen(read(given, shell), given)
    if reading.conversion is None:
        show(reading, given, shell, shell.err)
        code = exit_code(reading, given)
        if not code:
            raise Refused(
                f"stack {given.text('--stack')} has no compose files", "`longshore plan` shows what it creates"
            )
        return code
    with shell.busy("making the page", quiet=given.on("--quiet")):
        text = _text(reading, given, shell)
    write_out(given, shell, text)
    return exit_code(reading, given)


def _text(reading: Reading, given: Given, shell: Shell) -> str:
    from longshore.report.page.build import Subject, page_of  # noqa: PLC0415  the table of verbs reads flags alone

    changes = None
    if given.text("--against"):
        from longshore.cli.report_changes import changes_of  # noqa: PLC0415  few ask, and it needs Git

        changes = changes_of(reading, given, shell)
    cost = None
    if given.on("--cost"):
        from longshore.cli.report_cost import cost_of  # noqa: PLC0415  it runs the program under Pulumi's mocks

        cost = cost_of(given, shell)
    assert reading.project and reading.conversion  # noqa: PT018, S101  the caller looked
    subject = Subject(
        given.text("--stack"),
        reading.project,
        reading.conversion,
        reading.options,
        reading.findings,
        reading.sources,
        locate(reading),
    )
    page = page_of(subject, changes, cost)
    if given.text("--output") == "json":
        from longshore.report.page.as_json import page_json  # noqa: PLC0415  one of three

        return page_json(page)
    if given.text("--output") == "markdown":
        from longshore.report.page.markdown import markdown  # noqa: PLC0415  one of three

        return markdown(page)
    from longshore.report.page.html import html  # noqa: PLC0415  jinja2, which the other two do not need

    return html(page)


VERB = Verb(
    "report",
    "write a page about the estate, to look at",
    run,
    (
        *FLAGS,
        Flag("--against", "say what differs from this revision of Git", value="REVISION"),
        Flag("--cost", "of a stack: with what a month costs"),
        output("html", "markdown", "json", what="of the page"),
        Flag("--output-file", "write it to a file", value="FILE"),
        OVERWRITE,
        *(flag for flag in FINDINGS if flag.name in {"--output-format", "--select", "--ignore"}),
        _FAIL_ON._replace(default="never"),
    ),
    "[FILE|FOLDER|SERVICE...]",
    most=-1,
    examples=(
        "longshore report --output-file report.html",
        "longshore report -s shop.dev --against origin/main > report.html",
        "longshore report compose.yaml -o markdown > report.md    with a graph that GitHub draws",
    ),
    wrong=WRONG,
)
