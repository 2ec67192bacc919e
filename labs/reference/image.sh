# shellcheck shell=bash
# The container image: a minimal Debian with what the four instances need, cached between ups.

IMAGE_PACKAGES=(
  systemd systemd-sysv procps iproute2 iputils-ping iputils-arping iperf3 tcpdump netbase
  keepalived conntrackd conntrack nftables dnsmasq-base isc-dhcp-client python3-minimal libpython3-stdlib
)

image_file() {
  local key
  key=$({ debian_release; declare -p IMAGE_PACKAGES; declare -f build_image bootstrap strip_image; } | sha256sum | cut -c1-12)
  printf '%s/image-%s.tar' "$CACHE" "$key"
}

build_image() {
  local image=$1 work
  mkdir -p "$CACHE"
  rm -rf "$CACHE"/build.* "$CACHE"/image-*.tar
  work=$(mktemp -d "$CACHE/build.XXXXXX")
  say "building the image with debootstrap (once; cached in $CACHE)"
  bootstrap "$work/rootfs" "${IMAGE_PACKAGES[@]}"
  strip_image "$work/rootfs"
  cat >"$work/metadata.yaml" <<METADATA
architecture: $(uname -m)
creation_date: $(date +%s)
properties: { description: Failover Lab reference instance, os: Debian }
METADATA
  tar --numeric-owner -C "$work" -cf "$image.part" metadata.yaml rootfs
  mv "$image.part" "$image"
  rm -rf "$work"
}

# Nothing starts by itself but what the lab's own units start: no udev on the host's devices, no timers, no consoles.
strip_image() {
  local root=$1 unit
  rm -rf "$root"/usr/share/perl/* "$root"/usr/lib/*-linux-gnu/{perl,gconv}
  for unit in keepalived conntrackd nftables dnsmasq iperf3 systemd-binfmt \
    systemd-udevd systemd-udev-trigger systemd-logind systemd-networkd systemd-resolved systemd-timesyncd \
    console-getty getty@ getty-static systemd-modules-load systemd-pstore sys-kernel-debug.mount sys-kernel-tracing.mount; do
    [[ $unit == *.mount ]] || unit+=.service
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
  done
  for unit in systemd-udevd-control.socket systemd-udevd-kernel.socket apt-daily.timer apt-daily-upgrade.timer \
    dpkg-db-backup.timer e2scrub_all.timer fstrim.timer systemd-tmpfiles-clean.timer getty.target; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
  done
  : >"$root/etc/machine-id"
}
