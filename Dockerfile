# One image for all processes: `docker run … web`, `worker`, `beat`, `migrate`, or any command of manage.py.
# PostgreSQL and Redis are servers of their own here: DATABASE_URL and REDIS_URL name them.
FROM python:3.12-slim AS built
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.txt /tmp/requirements.txt
RUN /venv/bin/pip install -r /tmp/requirements.txt

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    BOOKINGFLOW_DATA_DIR=/data LOG_FORMAT=json
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin bookingflow \
    && install -d -o bookingflow -g bookingflow -m 0700 /data
COPY --from=built /venv /venv
WORKDIR /app
COPY . .
RUN SECRET_KEY=nothing-is-signed-while-building python manage.py collectstatic --no-input --verbosity 0 \
    && chmod 0755 docker/start
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python", "docker/healthy.py"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["docker/start"]
CMD ["web"]
