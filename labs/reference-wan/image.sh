# shellcheck shell=bash
# One directory that all containers lie over, each with a RAM disk of its own on top; cached between ups.

IMAGE_PACKAGES=(
  login procps iproute2 iputils-ping ethtool netbase nftables tcpdump socat fping iperf3 curl openssh-server
  python3-minimal libpython3-stdlib python3-locust python3-cffi-backend
)

image_dir() {
  local key
  key=$({ debian_release; declare -p IMAGE_PACKAGES; declare -f build_image bootstrap; } | sha256sum | cut -c1-12)
  printf '%s/wan-%s' "$CACHE" "$key"
}

build_image() {
  local image=$1
  mkdir -p "$CACHE"
  rm -rf --one-file-system "$CACHE"/wan-*
  say "building the image with debootstrap (once; cached in $CACHE)"
  bootstrap "$image.part" "${IMAGE_PACKAGES[@]}"
  # Keys that every container would share.
  rm -f "$image.part"/etc/ssh/ssh_host_*
  mv "$image.part" "$image"
}
