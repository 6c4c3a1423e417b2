# What is built needs pip; what runs does not need what built it.
FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements/ requirements/
RUN python -m venv /opt/octavo \
 && /opt/octavo/bin/pip install --no-cache-dir --require-hashes --requirement requirements/run.txt
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --require-hashes --requirement requirements/build.txt
COPY pyproject.toml README.md ./
COPY charts/ charts/
COPY octavo/ octavo/
COPY renderer/ renderer/
COPY schemas/ schemas/
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
 && /opt/octavo/bin/pip install --no-cache-dir --no-deps --no-index dist/*.whl

FROM python:3.11-slim
COPY --from=build /opt/octavo /opt/octavo
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/opt/octavo/bin/octavo"]
