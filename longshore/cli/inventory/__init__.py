"""`longshore inventory`: takes stock of what runs on a machine: on it, or from elsewhere by `DOCKER_HOST`.

The collector is a program of its own (`longshore/inventory/collector`); this is its way in for who has Longshore there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from longshore.cli.flags import Flag, Verb
from longshore.cli.output_file import write_out
from longshore.cli.project_input import OVERWRITE, output
from longshore.errors import UNREACHED, Refused
from longshore.inventory.collector.engine import EngineError
from longshore.inventory.collector.program import EVERY, PERCENT, SHORTEST, Wish, collect, seconds
from longshore.inventory.collector.samples import Plan, SamplesError

if TYPE_CHECKING:
    from longshore.cli.flags import Given
    from longshore.cli.shell import Shell

VERBS: Final = {
    "show": ("longshore.cli.inventory.show", "show on one screen what runs on the machine"),
    "program": ("longshore.cli.inventory.program", "write the collector as one file, to run where the containers do"),
}
_WHOLE: Final = 100


def run(given: Given, shell: Shell) -> int:
    """Collect, and write the inventory to standard output or a file."""
    samples = given.text("--samples")
    plan = Plan(_seconds(given, "--for"), _seconds(given, "--every"), _share(given))
    wish = Wish(given.text("--host"), shell.path(samples) if samples else "", plan)
    try:
        written = "".join(collect(wish, lambda text: shell.tell("note", text)))
    except EngineError as error:
        raise Refused(str(error), "`--host` or DOCKER_HOST says where the engine is", UNREACHED) from None
    except SamplesError as error:
        raise Refused(str(error), "name another file with `--samples`") from None
    except OSError as error:
        raise Refused(f"{error.filename} can't be written: {error.strerror}") from None
    write_out(given, shell, written)
    return 0


def _seconds(given: Given, flag: str) -> float:
    found = seconds(given.text(flag))
    if not found:
        raise Refused(f"`{flag}` is no duration", f"such as `{flag} 24h`; units are s, m, h and d")
    return found


def _share(given: Given) -> float:
    try:
        percent = float(given.text("--percent"))
    except ValueError:
        percent = 0.0
    if not 0 < percent <= _WHOLE:
        raise Refused("`--percent` is no share of a core", "write a number above 0, up to 100")
    return percent / _WHOLE


VERB = Verb(
    "inventory",
    "take stock of what runs on a machine, and what it uses",
    run,
    (
        Flag(
            "--host", "the engine: unix://, tcp:// or ssh://", short="-H", value="ADDRESS", own_variable="DOCKER_HOST"
        ),
        Flag("--for", "sample so long", value="TIME", default=f"{SHORTEST:g}s"),
        Flag("--every", "a sample so often", value="TIME", default=f"{EVERY:g}s"),
        Flag("--percent", "of one core, what sampling may take", value="NUMBER", default=f"{PERCENT:g}"),
        Flag("--samples", "keep samples there, and go on with those in it", value="FILE"),
        Flag("--output-file", "where to write, instead of standard output", value="FILE"),
        OVERWRITE,
        output("json", what="how to write"),
    ),
    examples=(
        "longshore inventory > vm.json                                    what runs, now",
        "longshore inventory --for 24h --samples vm.jsonl --output-file vm.json",
        "longshore inventory --host ssh://ops@vm.example.com > vm.json    from elsewhere",
    ),
)
