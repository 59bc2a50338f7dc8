"""What labels tell a scheduler that reads Docker, said as the line that makes a CronJob of it."""

from __future__ import annotations

import pytest

IMAGE = "registry.example.com/app:1.0"


def advice(convert, labels, **more):
    result = convert({"web": {"image": IMAGE, "mem_limit": "64m", "expose": ["80"], "labels": labels, **more}})
    (finding,) = result.found("label-reader")
    return finding.help


@pytest.mark.parametrize(
    ("labels", "line"),
    [
        (
            {"ofelia.job-exec.tidy.schedule": "@hourly", "ofelia.job-exec.tidy.command": "tidy"},
            f"kubectl create cronjob web-tidy --image={IMAGE} --schedule='@hourly' -- …",
        ),
        (
            {"ofelia.job-run.dump.schedule": "0 30 2 * * *", "ofelia.job-run.dump.image": "postgres:16"},
            "kubectl create cronjob web-dump --image=postgres:16 --schedule='30 2 * * *' -- …",
        ),
        (
            {"chadburn.job-exec.a.schedule": "*/5 * * * *"},
            f"kubectl create cronjob web-a --image={IMAGE} --schedule='*/5 * * * *' -- …",
        ),
        (
            {
                "deck-chores.options.user": "app",
                "deck-chores.dump.command": "dump",
                "deck-chores.dump.interval": "daily",
            },
            f"kubectl create cronjob web-dump --image={IMAGE} --schedule='@daily' -- …",
        ),
        ({"ofelia.enabled": "true"}, "make each of its jobs a CronJob of the cluster (`kubectl create cronjob`)"),
    ],
)
def test_each_job_is_said_as_the_line_that_makes_it(convert, labels, line):
    assert line in advice(convert, labels)


def test_labels_of_the_deployment_start_the_service_itself(convert):
    deploy = {"labels": {"swarm.cronjob.enable": "true", "swarm.cronjob.schedule": "0 4 * * *"}}
    assert f"create cronjob web --image={IMAGE} --schedule='0 4 * * *' -- …" in advice(convert, {}, deploy=deploy)


def test_many_jobs_are_counted_after_the_third(convert):
    said = advice(convert, {f"ofelia.job-exec.j{number}.schedule": "@daily" for number in range(5)})
    assert said.count("kubectl create cronjob") == 3
    assert said.endswith("and 2 more")


@pytest.mark.parametrize("schedule", ["' ; rm -rf / '", "`id`", "$(id)", "x" * 300])
def test_nothing_of_a_label_gets_out_of_its_quotes(convert, schedule):
    assert "--schedule='…'" in advice(convert, {"ofelia.job-exec.a.schedule": schedule})


def test_no_command_is_shown(convert):
    command = {"ofelia.job-exec.a.schedule": "@daily", "ofelia.job-exec.a.command": "dump --password hunter22"}
    assert "hunter22" not in advice(convert, command)
