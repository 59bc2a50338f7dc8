"""What a Dockerfile says: the stage that is built, with variables, continued lines and here-documents."""

import pytest

from longshore.convert.estate.dockerfiles import read

STAGES = """\
# syntax=docker/dockerfile:1
ARG TAG=12
FROM debian:${TAG} AS base
ENV HOME_PORT=7000
USER 1000
EXPOSE $HOME_PORT/tcp 53/udp 8000-8002

FROM base AS web
RUN <<END
setcap 'cap_net_raw,cap_net_admin+ep' /bin/ping
END
USER app:staff

from base
CMD serve --all
"""


def test_the_last_stage_or_the_target_is_read():
    last, web = read(STAGES), read(STAGES, "WEB", {"TAG": "13"})
    assert (last.base, last.user, last.ports, last.command) == (
        "debian:12",
        "1000",
        (7000, 8000, 8001, 8002),
        ("/bin/sh", "-c", "serve --all"),
    )
    assert (web.base, web.user, web.capabilities, web.command) == (
        "debian:13",
        "app:staff",
        ("NET_RAW", "NET_ADMIN"),
        None,
    )


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("USER $WHO", "user", "$WHO"),
        ('VOLUME ["/a", "/b c"]', "volumes", ("/a", "/b c")),
        ("VOLUME /a /b", "volumes", ("/a", "/b")),
        ("HEALTHCHECK NONE", "healthcheck", ()),
        ('HEALTHCHECK --timeout=3s CMD ["/check", "-q"]', "healthcheck", ("CMD", "/check", "-q")),
        ("HEALTHCHECK CMD curl --fail -m 1 $URL", "healthcheck", ("CMD-SHELL", "curl --fail -m 1 $URL")),
        (
            "HEALTHCHECK --interval=5s \\\n                CMD /check --now",
            "healthcheck",
            ("CMD-SHELL", "/check --now"),
        ),
        ("HEALTHCHECK --interval=1m30s --retries=5 CMD x", "times", (("interval", "1m30s"), ("retries", "5"))),
        (
            "HEALTHCHECK --start-period=1.5h --start-interval=2s CMD x --timeout=9s",
            "times",
            (("start_period", "1.5h"), ("start_interval", "2s")),
        ),
        ("HEALTHCHECK --interval=5 --timeout=0s --retries=-1 --start-period=$P CMD x", "times", ()),
        ("HEALTHCHECK --interval=5s CMD x\nHEALTHCHECK NONE", "times", ()),
        ("STOPSIGNAL sigquit", "stop_signal", "SIGQUIT"),
        ("RUN apk add --no-cache sudo curl", "raising", ("sudo",)),
        ("RUN apk add pseudo && ls sudo", "raising", ()),
        ("RUN chmod u+s /bin/tool", "raising", ("/bin/tool",)),
        ("RUN chmod 4755 /bin/tool", "raising", ("/bin/tool",)),
        ("RUN chmod 755 /bin/tool", "raising", ()),
        ("RUN adduser -D -u 1001 app \\\n # why\n && true", "numbers", (("app", 1001),)),
        ("RUN useradd --uid=1002 --create-home app", "numbers", (("app", 1002),)),
        ("RUN useradd app", "numbers", ()),
        ("COPY --from=make --chown=1:1 a b /etc/x/", "copied", ("/etc/x/",)),
        ("EXPOSE 0 70000 1-65535 web", "ports", ()),
        ("ENTRYPOINT run", "entrypoint", ("/bin/sh", "-c", "run")),
        ("ENTRYPOINT [broken", "entrypoint", ("/bin/sh", "-c", "[broken")),
        ("# USER 5", "user", ""),
    ],
)
def test_an_instruction(line, field, value):
    assert getattr(read(f"FROM alpine\n\n{line}\n"), field) == value


@pytest.mark.parametrize("text", ["", "\n", "USER 1", "# FROM x", "RUN a \\", "FROM a AS b\nRUN <<E\nnever ends"])
def test_what_has_no_stage_or_no_end_is_no_trouble(text):
    assert read(text, "none") is None


def test_a_long_line_is_read_in_linear_time():
    text = "FROM a\n" + "RUN useradd -u " * 20_000 + "\n" + "RUN setcap cap_" * 20_000 + "chmod 4" * 20_000
    assert read(text) is not None
