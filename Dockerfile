# The command alone, without Pulumi and the stores: docker run --rm -v "$PWD:/work" longshore check
FROM python:3.13-slim AS build
COPY pyproject.toml README.md LICENSE /src/
COPY longshore /src/longshore
COPY components /src/components
RUN pip wheel --quiet --no-deps --wheel-dir /wheels /src

FROM python:3.13-slim
COPY --from=build /wheels /wheels
RUN pip install --quiet --no-cache-dir /wheels/*.whl
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["longshore"]
