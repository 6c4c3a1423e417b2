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
COPY sync/ sync/
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
 && /opt/octavo/bin/pip install --no-cache-dir --no-deps --no-index dist/*.whl

FROM python:3.11-slim
# git reads the bundles, by ssh too, and gpg their signatures. ssh wants its user to have a name.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git gnupg openssh-client \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 65532 octavo \
 && useradd --uid 65532 --gid 65532 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin octavo \
 && install --directory --owner 65532 --group 65532 /var/cache/octavo
COPY --from=build /opt/octavo /opt/octavo
ENV HOME=/tmp XDG_CACHE_HOME=/var/cache/octavo
USER 65532:65532
WORKDIR /work
# No shell between: signals reach octavo itself, which ends in order at SIGTERM.
ENTRYPOINT ["/opt/octavo/bin/octavo"]
