# Thanh Lọc in a container, and an Unbound to put behind it: docs/containers.md.
#   docker build -t thanhloc:0.1.0 .
#   docker build -t thanhloc-unbound:0.1.0 --target unbound .
# Tags are exact. For a digest as well: --build-arg DEBIAN_IMAGE=debian@sha256:… as your registry gives it.
ARG NODE_IMAGE=docker.io/library/node:26.10.0-trixie-slim
ARG DEBIAN_IMAGE=docker.io/library/debian:trixie-20261005-slim

# What npm installs. npm stays here, and so do the headers that come with Node.
FROM ${NODE_IMAGE} AS packages
WORKDIR /opt/thanhloc
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && rm -rf node_modules/node-linux-*/include node_modules/node-linux-*/share

FROM ${DEBIAN_IMAGE} AS debian
ARG DEBIAN_FRONTEND=noninteractive
# The tag says what there is at least; what Debian has mended since comes with the build. No file gives the rights of
# another user: nothing here needs that.
RUN apt-get update \
  && apt-get -y upgrade \
  && apt-get distclean \
  && find / -xdev -type f -perm /6000 -exec chmod a-s {} +

# Full recursion with DNSSEC validation: config/unbound/unbound.conf.
FROM debian AS unbound
RUN apt-get update \
  && apt-get install -y --no-install-recommends unbound dns-root-data \
  && apt-get distclean \
  && install -d -o 10054 -g 10054 -m 700 /var/lib/unbound \
  && install -o 10054 -g 10054 -m 600 /usr/share/dns/root.key /var/lib/unbound/root.key
COPY config/unbound/unbound.conf /etc/unbound/unbound.conf
USER 10054:10054
VOLUME /var/lib/unbound
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["unbound-control", "status"]
CMD ["unbound", "-d", "-p"]

FROM debian AS thanhloc
# libatomic1: of Node. iproute2: MAC addresses are read with `ip`. setpriv as port-53: packaging/container/entry.
RUN apt-get update \
  && apt-get install -y --no-install-recommends libatomic1 iproute2 libcap2-bin \
  && install -g 10053 -m 750 /usr/bin/setpriv /usr/local/bin/port-53 \
  && setcap cap_net_bind_service=p /usr/local/bin/port-53 \
  && apt-get distclean \
  && install -d -o 10053 -g 10053 -m 700 /opt/thanhloc/data \
  && install -d -o 10053 -g 10053 -m 750 /run/thanhloc
WORKDIR /opt/thanhloc
COPY --from=packages /opt/thanhloc/node_modules node_modules
COPY package.json LICENSE ./
COPY packaging/container/entry /usr/local/bin/thanhloc-entry
COPY bin bin
COPY blocklists blocklists
COPY config/thanhloc.yaml config/thanhloc.yaml
COPY src src
# The root is read-only: what commands have compiled is found by the next one, the health check among them.
ENV NODE_COMPILE_CACHE=/tmp/thanhloc-compiled
LABEL org.opencontainers.image.title="Thanh Lọc" \
  org.opencontainers.image.description="DNS sinkhole resolver for malware clean-up campaigns in agency networks" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="0.1.0"
USER 10053:10053
VOLUME /opt/thanhloc/data
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s CMD ["bin/thanhloc", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/thanhloc-entry"]
CMD ["serve"]
