# Two stages: the toolchain stays in the first.
FROM rust:1-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --package server \
 && install -D -m 0755 target/release/quartermaster /out/quartermaster

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 8140 --home-dir /var/lib/quartermaster --shell /usr/sbin/nologin quartermaster \
 && install -d -o quartermaster -g quartermaster -m 0750 /var/lib/quartermaster
COPY --from=build /out/quartermaster /usr/local/bin/quartermaster
USER quartermaster
# Everything that must survive lies here: certificates, the store, blobs, and the code.
VOLUME /var/lib/quartermaster
EXPOSE 8140
ENV QUARTERMASTER_DATA_DIR=/var/lib/quartermaster/data \
    QUARTERMASTER_CODE_DIR=/var/lib/quartermaster/code \
    QUARTERMASTER_LISTEN=0.0.0.0:8140
# The check runs inside the container and asks only whether the process answers; it trusts no certificate.
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s \
  CMD curl --fail --silent --insecure https://localhost:8140/status/v1/simple || exit 1
ENTRYPOINT ["/usr/local/bin/quartermaster"]
CMD ["serve"]
