# The server and a release, as a user without rights, on a file system that cannot be written.
# Steps that need no container engine are tried by `.ci/container` (see docs/deploy.md).
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.lock pyproject.toml README.md LICENSE LICENSE-DATA hatch_build.py ./
RUN python -m venv /app && /app/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY frontend frontend
COPY publish publish
COPY ontology ontology
COPY data data
COPY shapes shapes
COPY docs docs
RUN /app/bin/pip install --no-cache-dir --no-deps . \
 && /app/bin/dystonia-kg build --out /release

FROM python:3.13-slim
COPY --from=build /app /app
COPY --from=build /release /srv/release
# A number, so that whoever runs it can see that it is not root without looking inside.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin dystonia
USER 10001
ENV PATH=/app/bin:$PATH PYTHONDONTWRITEBYTECODE=1 \
    DYSTONIA_KG_HOST=0.0.0.0 DYSTONIA_KG_PORT=8000 DYSTONIA_KG_RELEASE=/srv/release DYSTONIA_KG_LOG=requests
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD \
    ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
CMD ["dystonia-kg", "serve"]
