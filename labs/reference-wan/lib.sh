# shellcheck shell=bash
# shellcheck disable=SC2034
# What up, down and the rest share: names and places.

. "$HERE/../real/common.sh"
. "$HERE/../real/image.sh"

LAB=reference-wan
STATE=${FAILOVER_LAB_REFERENCE_WAN_STATE:-/var/lib/failover-lab-reference-wan}
CACHE=${FAILOVER_LAB_REFERENCE_CACHE:-/var/cache/failover-lab-reference}
PVE_PORT=${FAILOVER_LAB_REFERENCE_WAN_PORT:-2231}
EDGE_PORT=$((PVE_PORT + 1))

SSH_DIR=$STATE/ssh
LAB_FILE=$STATE/reference-wan.yaml

HOST_PACKAGES=(debootstrap openssh-client iproute2 procps util-linux)
