"""The Docker Engine that the tests of this folder share; the node is that of the folder above."""

import pytest

from tests.node.comparison.standins import witness_program
from tools.docker.engine import EngineUnavailableError, compose_program, running
from tools.go_program import NotBuiltError


@pytest.fixture(scope="session")
def engine(tmp_path_factory):
    """An engine for the whole session; where there can be none, the tests skip and say why."""
    try:
        compose_program()
        witness_program()
    except (EngineUnavailableError, NotBuiltError) as error:
        pytest.skip(str(error))
    with running(tmp_path_factory.mktemp("engine")) as own:
        yield own
