# The tracker, Airflow and the SFTP drop in one image: the locked packages of `make setup`, and the checkout.
FROM python:3.12.13-slim-bookworm AS packages
WORKDIR /opt/tracker
COPY tools.lock requirements.lock pyproject.toml ./
COPY dags dags
RUN python -m venv .tools \
    && .tools/bin/python -m pip install --no-cache-dir --require-hashes --only-binary :all: -r tools.lock \
    && .tools/bin/uv venv .venv \
    && .tools/bin/uv pip sync --no-cache --python .venv --require-hashes --only-binary :all: --compile-bytecode requirements.lock \
    && .tools/bin/uv pip install --no-cache --python .venv --no-deps --no-build-isolation --offline --editable . \
    && rm -rf .tools

FROM python:3.12.13-slim-bookworm
# The folders are made here so that a new volume takes over their owner.
RUN groupadd --gid 10001 tracker \
    && useradd --uid 10001 --gid tracker --no-create-home --home-dir /var/lib/tracker --shell /usr/sbin/nologin tracker \
    && install --directory --owner tracker --group tracker --mode 0700 /var/lib/tracker /srv/deliveries
WORKDIR /opt/tracker
COPY --from=packages /opt/tracker/.venv .venv
COPY pyproject.toml requirements.lock ./
COPY definitions definitions
COPY expectations expectations
COPY sql sql
COPY dbt_project dbt_project
COPY dags dags
ENV PATH=/opt/tracker/.venv/bin:$PATH
USER 10001:10001
