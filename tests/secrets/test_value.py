"""A secret value shows itself to nobody."""

import copy
import json
import logging
import pickle

import pytest

from longshore.cli.secrets.sources import Found
from longshore.stores.aws_secrets_manager import Place, SecretsManager
from longshore.stores.value import Value

SECRET = "hunter2-and-more"


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        "{}".format,
        "{:>30}".format,
        lambda value: f"{value} {value!s} {value!r}",
        lambda value: f"{[value]} { ({'k': value}) } {Found(value, 'here')}",
    ],
)
def test_it_shows_three_stars(show):
    assert SECRET not in show(Value(SECRET))
    assert "***" in show(Value(SECRET))


@pytest.mark.parametrize("copying", [pickle.dumps, json.dumps, copy.deepcopy, copy.copy, hash, len, sorted, dict])
def test_it_can_not_be_taken_apart_or_copied(copying):
    with pytest.raises(TypeError) as error:
        copying(Value(SECRET))
    assert SECRET not in str(error.value)


def test_it_is_equal_to_what_has_the_same_text():
    assert Value("a") == Value("a")
    assert Value("a") != Value("b")
    assert Value("a") != "a"
    assert Value("\udc80") == Value("\udc80")
    assert Value(SECRET).reveal() == SECRET


def test_an_exception_that_holds_one_is_silent():
    error = ValueError(Value(SECRET), {"k": Value(SECRET)})
    assert SECRET not in repr(error) + str(error)


def test_the_libraries_that_carry_values_log_nothing(aws, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger().setLevel(logging.DEBUG)
    backend = SecretsManager(Place("eu-west-1", "", {}))
    backend.write("dev/shop/web", {"A": Value(SECRET)}, "")
    backend.read("dev/shop/web")
    assert SECRET not in caplog.text
    assert not [record for record in caplog.records if record.name.startswith(("botocore", "urllib3"))]
