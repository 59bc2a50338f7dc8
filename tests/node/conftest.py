"""The node that the tests of this folder share, with the stand-in images."""

import time

import pytest

from tests.node.load import crowd
from tools.cluster.fixtures import new_namespace, say
from tools.cluster.versions import ToolsMissingError
from tools.node.debian import NotInstallableError
from tools.node.external_secrets import install_external_secrets
from tools.node.node import NodeUnavailableError, programs, running
from tools.node.standins import standin_images

__all__ = ["say"]


@pytest.fixture(scope="session")
def node(tmp_path_factory, request):
    """A node for the whole session; where there can be none, the tests skip and say why."""
    begun = time.monotonic()
    try:
        programs()
        images = standin_images()
    except (NodeUnavailableError, NotInstallableError) as error:
        pytest.skip(str(error))
    built = time.monotonic()
    with running(tmp_path_factory.mktemp("node") / "state") as own:
        ready = time.monotonic()
        for image in images:
            own.add_image(image)
        own.seconds["programs"] = built - begun
        own.seconds["whole start"] = ready - built
        own.seconds["crowd"] = crowd()
        yield own


@pytest.fixture(scope="session")
def operator(node):
    """The External Secrets Operator on the node; where it cannot be had, the tests skip and say why."""
    try:
        return install_external_secrets(node)
    except ToolsMissingError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def say_once(pytestconfig):
    """As `say`, for a fixture of a module."""
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")

    def aloud(line):
        with capture.global_and_fixture_disabled():
            print(f"\n  {line}", flush=True)

    return aloud


@pytest.fixture
def namespace(node):
    """A namespace of the test's own."""
    with new_namespace(node.api) as name:
        yield name
