"""The capacity table: sums, the surge, the node that is lost."""

from longshore.convert.capacity import Load, capacity, load_of, loads_in, weigh
from longshore.convert.engine import convert_project
from longshore.convert.estate import Estate
from longshore.convert.options import Capacity, Options
from tests.marketplace import marketplace

GI = 1 << 30


def load(name, replicas=1, memory=GI, cpu=100, kind="Deployment", *, surges=True):
    return Load(name, kind, replicas, memory, cpu, each_node=kind == "DaemonSet", surges=surges)


def test_all_fits():
    weighed = weigh([load("a", 2), load("b")], Capacity(3, 2 * GI, 1000))
    assert (weighed.memory_asked, weighed.memory_offered) == (4 * GI, 4 * GI)
    assert weighed.misfits == ()


def test_one_node_is_taken_away():
    assert len(weigh([load("a", 2), load("b")], Capacity(2, 2 * GI, 1000)).misfits) == 1


def test_a_single_node_is_not_taken_away():
    assert weigh([load("a")], Capacity(1, 2 * GI, 1000)).memory_offered == 2 * GI


def test_the_largest_pod_surges():
    weighed = weigh(
        [load("a"), load("b", memory=3 * GI), load("c", memory=9 * GI, surges=False)], Capacity(9, 16 * GI, 4000)
    )
    assert weighed.surge.name == "b"
    assert weighed.memory_asked == 16 * GI


def test_what_runs_on_each_node_counts_on_each():
    assert weigh([load("a", kind="DaemonSet", surges=False)], Capacity(4, GI, 1000)).memory_asked == 3 * GI


def test_a_job_runs_once_beside_the_others():
    weighed = weigh([load("a"), load("job", 0, 5 * GI, kind="Job")], Capacity(9, 16 * GI, 4000))
    assert weighed.memory_asked == 6 * GI


def test_a_pod_larger_than_a_node_never_runs():
    misfits = weigh([load("a", memory=3 * GI)], Capacity(9, 2 * GI, 4000)).misfits
    assert [sentence for sentence in misfits if "no node can run `a`" in sentence]


def test_processors_are_weighed_too():
    assert [
        sentence
        for sentence in weigh([load("a", 5, 1, 500)], Capacity(3, GI, 1000)).misfits
        if "processors" in sentence
    ]


def test_nothing_is_said_of_nodes_that_nobody_knows():
    assert weigh([load("a", 1000)], Capacity()).misfits == ()


def test_the_finding_and_the_table_weigh_the_same():
    project = marketplace()
    options = Options(capacity=Capacity(2, 8 * GI, 4000))
    estate = Estate(project, options)
    conversion = convert_project(project, options)
    expected = sorted(load_of(service) for service in estate if service.host is service)
    assert sorted(loads_in(conversion.manifests)) == expected
    told = [finding.message for finding in conversion.findings if finding.code == "capacity"]
    assert told == list(capacity(conversion, options).misfits) != []
