"""Names: valid for Kubernetes, stable, and apart where they must be."""

import re

from hypothesis import given
from hypothesis import strategies as st

from longshore.convert.kubernetes.names import label

# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
DNS_1123 = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


@given(st.text())
def test_every_text_gives_a_valid_label(text):
    assert DNS_1123.fullmatch(label(text))


@given(st.text(), st.integers(12, 63))
def test_the_length_asked_for_is_kept(text, length):
    assert len(label(text, length)) <= length


@given(st.from_regex(DNS_1123, fullmatch=True))
def test_valid_names_are_kept(name):
    assert label(name) == name


@given(st.text(st.sampled_from("abc"), min_size=64), st.text(st.sampled_from("abc"), min_size=64))
def test_two_long_names_stay_apart(one, other):
    assert (label(one) == label(other)) == (one == other)


def test_what_people_write():
    assert label("My_Service") == "my-service"
    assert label("api.v2") == "api-v2"
    assert label("_") != label("__")
