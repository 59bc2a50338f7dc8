"""The binding of libyaml alone: it reads, it fails as PyYAML does, and leaves `import yaml` as it was."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import io, sys
from longshore.compose.libyaml import CParser, MappingNode, MarkedYAMLError, YAMLError
assert "yaml.reader" not in sys.modules
assert "yaml.constructor" not in sys.modules
assert "yaml" not in sys.modules
for bad, name in ((b"a: [", "ParserError"), (b"a: b: c", "ScannerError"), (b"\\x00", "ReaderError")):
    parser = CParser(io.BytesIO(bad))
    try:
        while parser.check_event():
            parser.get_event()
    except YAMLError as error:
        assert type(error).__name__ == name, error
import yaml
assert yaml.__file__ and hasattr(yaml, "safe_dump")
assert yaml.load("a: [1]", yaml.CSafeLoader) == {"a": [1]}
assert yaml.YAMLError is YAMLError and yaml.MarkedYAMLError is MarkedYAMLError and yaml.MappingNode is MappingNode
assert issubclass(yaml.CSafeLoader, CParser)
"""


def test_in_a_process_of_its_own() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
