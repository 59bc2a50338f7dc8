"""The YAML of manifests: YAML 1.1 and YAML 1.2 both read back the same manifest, and only what must be is quoted."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from longshore.report.yaml_text import Inline, document, scalar, sequence


class Core(yaml.SafeLoader):
    """YAML 1.2 core schema, section 10.3.2 of the specification."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


def _int12(loader: Core, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    for prefix, base in (("0x", 16), ("0o", 8)):
        if text.startswith(prefix):
            return int(text[2:], base)
    return int(text)


def _float12(loader: Core, node: yaml.ScalarNode) -> float:
    return float(loader.construct_scalar(node).replace(".inf", "inf").replace(".nan", "nan"))


for tag, pattern in {
    "null": r"null|Null|NULL|~|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+",
    "float": r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
}.items():
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern})$"), None)
Core.add_constructor("tag:yaml.org,2002:int", _int12)
Core.add_constructor("tag:yaml.org,2002:float", _float12)

NUMBERS = "8080 22:22 1:30 0o17 0x1F 017 1e3 1_000 .5 .inf 12. 2024-01-01 1.2.3 0.0.0.0 +1 -1".split()
WORDS = "yes no on off y N true null ~ << = _ /x ... .a é ☃ 😀 $(A) ${A} - -- --- -a ? ?a :a a: a:b #a a#b @a".split()
INDICATORS = "`a *a &a !a %a |a >a ,a [a {a 'a \"a a'b \x85 \u2028 \ufeff".split(" ")
TRICKY = st.sampled_from([*NUMBERS, *WORDS, *INDICATORS, "", " "])
TEXT = st.one_of(
    st.text(),
    TRICKY,
    st.text(alphabet=" \t\n:#-'\"\\{}[],&*!|>%@`?abyn01._=<~", max_size=12),
    st.from_regex(r"[-+]?[0-9_.:eE+xob-]{1,10}", fullmatch=True),
    st.lists(TRICKY).map("\n".join),
    st.lists(st.text(alphabet=" \tab#:-", max_size=4)).map("\n".join),
)
VALUE = st.recursive(
    st.one_of(TEXT, st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=20,
)
MANIFEST = st.dictionaries(TEXT, VALUE, min_size=1, max_size=5)


@given(MANIFEST)
@example({"a": "x" * 2000, "k" * 2000: 1})
@example({"a": ["\n", " \n a\n\n", ["\ta\n"], [[["b\n c"]]], {"k": " x\ny"}]})
@settings(max_examples=300, deadline=None)
def test_both_versions_of_yaml_read_back_what_was_written(manifest: dict[str, Any]) -> None:
    text = document(manifest)
    assert yaml.load(text, yaml.CSafeLoader) == manifest
    assert yaml.load(text, Core) == manifest  # noqa: S506  a safe loader


@given(st.dictionaries(TEXT, VALUE, max_size=5), st.lists(VALUE, max_size=3))
@settings(max_examples=300, deadline=None)
def test_so_was_what_is_written_on_one_line_and_what_is_a_list(mapping: dict[str, Any], items: list[Any]) -> None:
    text = document({"line": Inline(mapping)})
    assert text.count("\n") == 1
    for loader in (yaml.CSafeLoader, Core):
        assert _reads(text, loader) == {"line": mapping}
        assert (_reads(sequence(items), loader) or []) == items


@pytest.mark.parametrize(
    ("text", "written"),
    [("100m", "100m"), ("a,b", '"a,b"'), ("[x]", '"[x]"'), ("/up?full=1", '"/up?full=1"'), ("host:80", '"host:80"')],
)
def test_on_one_line_what_goes_on_to_mean_something_is_quoted(text: str, written: str) -> None:
    """Go's reader of YAML, which Helm and kubectl have, takes no `?` and no `:` there."""
    assert document({"a": Inline(b=text)}) == f"a: {{b: {written}}}\n"


@given(TEXT)
@settings(max_examples=800, deadline=None)
def test_a_string_is_quoted_only_where_a_reader_would_err(text: str) -> None:
    written = scalar(text)
    if written == text:
        return
    if re.fullmatch(r"[-+]?[0-9][0-9_.:eExXoObBa-fA-F+-]*|[yYnN]", text):
        return  # number-like for Go's readers of YAML 1.1, which PyYAML does not speak for
    value, key = f"k: {text}\n", f"{text}: k\n"
    loaders = (yaml.SafeLoader, Core)
    assert any(_reads(value, loader) != {"k": text} or _reads(key, loader) != {text: "k"} for loader in loaders), (
        written
    )


def _reads(text: str, loader: Any) -> Any:
    try:
        return yaml.load(text, loader)  # noqa: S506  safe ones
    except (yaml.YAMLError, ValueError):
        return None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("nginx:1.27", "nginx:1.27"),
        ("8080", '"8080"'),
        ("22:22", '"22:22"'),
        ("no", '"no"'),
        ("y", '"y"'),
        ("1e3", '"1e3"'),
        ("1.2.3", "1.2.3"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("10.0.0.1:5432", "10.0.0.1:5432"),
        ("2024-01-01", '"2024-01-01"'),
        ("$(DB_PASSWORD)", "$(DB_PASSWORD)"),
        ('say "hi"', 'say "hi"'),
        ('"hi"', "'\"hi\"'"),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("", '""'),
        ("\ta", '"\\ta"'),
        ("*", '"*"'),
        ("-x", "-x"),
        ("0o17", '"0o17"'),
        ("é", "é"),
        ("\x85", '"\\x85"'),
    ],
)
def test_one_line(text: str, written: str) -> None:
    assert scalar(text) == written


def test_manifests_read_as_kubectl_writes_it() -> None:
    manifests = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "web", "labels": {}},
            "data": {"nginx.conf": "a {\n  b;\n}\n"},
        },
        {
            "kind": "Deployment",
            "spec": {
                "replicas": 2,
                "containers": [
                    {"name": "web", "args": ["-c", "80"], "env": [{"name": "A", "value": "on"}]},
                    {"name": "b"},
                ],
            },
        },
    ]
    assert "".join(f"---\n{document(manifest)}" for manifest in manifests) == (
        """\
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
  labels: {}
data:
  nginx.conf: |
    a {
      b;
    }
---
kind: Deployment
spec:
  replicas: 2
  containers:
  - name: web
    args:
    - -c
    - "80"
    env:
    - name: A
      value: "on"
  - name: b
"""
    )


def test_comments_say_where_a_line_came_from() -> None:
    manifest = {"spec": {"replicas": 2, "containers": [{"name": "web", "command": ["sh"], "text": "a\nb\n"}]}}
    notes = {
        "spec": {
            "replicas": {"": "from compose.yaml:4"},
            "containers": {0: {"command": {"": "from compose.yaml:5"}, "text": {"": "from compose.yaml:6"}}},
        }
    }
    text = document(manifest, notes)
    assert (
        text
        == """\
spec:
  replicas: 2  # from compose.yaml:4
  containers:
  - name: web
    command:  # from compose.yaml:5
    - sh
    text: |  # from compose.yaml:6
      a
      b
"""
    )
    assert yaml.safe_load(text) == manifest
