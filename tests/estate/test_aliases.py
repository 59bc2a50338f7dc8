"""Names by which services reach each other become Services, or a finding that says why not."""

from longshore.model import Severity

NETS = {"networks": {"front": {"name": "shop_front"}, "back": {"name": "shop_back"}}}
IMAGE = {"image": "app:1", "restart": "always"}


def on(*networks, **more):
    return {**IMAGE, "networks": dict.fromkeys(networks), **more}


def aliased(network, *names, **more):
    return {**IMAGE, "networks": {network: {"aliases": list(names)}}, **more}


def test_an_alias_is_a_service_with_the_same_pods_and_ports(convert):
    result = convert({"db": aliased("back", "pg", expose=["5432"])}, **NETS)
    own, alias = result["Service/db"]["spec"], result["Service/pg"]["spec"]
    assert alias["selector"] == own["selector"]
    assert [port["port"] for port in alias["ports"]] == [5432]


def test_an_alias_of_a_service_without_ports_is_headless(convert):
    assert convert({"db": aliased("back", "pg")}, **NETS)["Service/pg"]["spec"]["clusterIP"] == "None"


def test_its_own_name_makes_no_second_service(convert):
    result = convert({"db": aliased("back", "db", container_name="db")}, **NETS)
    assert list(result.kinds("Service")) == ["db"]
    assert not result.found("alias-conflict")


def test_a_container_name_is_an_alias(convert):
    result = convert({"db": on("back", container_name="shop-db-1")}, **NETS)
    assert result["Service/shop-db-1"]["spec"]["selector"] == result["Service/db"]["spec"]["selector"]


def test_an_alias_that_two_services_share_on_one_network_selects_both(convert):
    result = convert({"a": aliased("back", "pool", expose=["80"]), "b": aliased("back", "pool", expose=["80"])}, **NETS)
    (selector,) = result["Service/pool"]["spec"]["selector"].items()
    for name in ("a", "b"):
        labels = result[f"Deployment/{name}"]["spec"]["template"]["metadata"]["labels"]
        assert selector in labels.items()
    assert [port["port"] for port in result["Service/pool"]["spec"]["ports"]] == [80]


def test_one_name_for_two_things_on_different_networks_is_an_error_at_both_places(convert):
    result = convert({"a": aliased("front", "db"), "b": aliased("back", "db")}, **NETS)
    assert "Service/db" not in result
    found = result.found("alias-conflict")
    assert {finding.severity for finding in found} == {Severity.ERROR}
    assert {finding.path[1] for finding in found} == {"a", "b"}


def test_an_alias_that_names_another_service_leaves_that_one_alone(convert):
    result = convert({"a": aliased("back", "db"), "db": on("back")}, **NETS)
    assert result["Service/db"]["spec"]["selector"]["app.kubernetes.io/name"] == "db"
    assert len(result.found("alias-conflict")) == 1


def test_a_link_gives_a_name(convert):
    result = convert({"web": on("back", links=["mariadb:mysql"]), "mariadb": on("back")}, **NETS)
    assert result["Service/mysql"]["spec"]["selector"]["app.kubernetes.io/name"] == "mariadb"


def test_a_container_name_with_underscores_is_rewritten_where_it_is_called(convert):
    web = on("back", environment={"DB_HOST": "shop_db_1", "URL": "postgres://u@shop_db_1:5432/x"})
    result = convert({"web": web, "db": on("back", container_name="shop_db_1")}, **NETS)
    env = {entry["name"]: entry["value"] for entry in result.pod("Deployment/web")["containers"][0]["env"]}
    assert env == {"DB_HOST": "db", "URL": "postgres://u@db:5432/x"}
    assert len(result.found("hostname-rewritten")) == 2


def test_an_alias_with_dots_that_nobody_calls_is_information(convert):
    (finding,) = convert({"s3": aliased("back", "s3.internal")}, **NETS).found("alias-with-dots")
    assert finding.severity is Severity.INFO


def test_an_alias_with_dots_that_is_called_is_an_error_that_names_the_place(convert):
    web = on("back", environment={"S3": "http://s3.internal:9000"})
    result = convert({"web": web, "s3": aliased("back", "s3.internal")}, **NETS)
    (finding,) = result.found("alias-with-dots")
    assert finding.severity is Severity.ERROR
    assert "services.web.environment.S3" in finding.message
    assert "`s3`" in finding.help


def test_a_longer_name_is_no_call(convert):
    web = on("back", environment={"S3": "http://s3.internal.example.com", "T": "my-s3.internal"})
    (finding,) = convert({"web": web, "s3": aliased("back", "s3.internal")}, **NETS).found("alias-with-dots")
    assert finding.severity is Severity.INFO


def test_a_service_in_the_pod_of_another_lends_it_no_second_name(convert):
    result = convert({"vpn": on("back", expose=["80"]), "app": {**IMAGE, "network_mode": "service:vpn"}}, **NETS)
    assert list(result.kinds("Service")) == ["vpn"]
