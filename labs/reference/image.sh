# shellcheck shell=bash
# The container image: a minimal Debian with what the four instances need, cached between ups.

IMAGE_PACKAGES=(
  systemd systemd-sysv procps iproute2 iputils-ping iputils-arping iperf3 tcpdump netbase
  keepalived conntrackd conntrack nftables dnsmasq-base isc-dhcp-client python3-minimal libpython3-stdlib
)

image_file() {
  local key
  key=$({ debian_release; declare -p IMAGE_PACKAGES; declare -f build_image strip_image; } | sha256sum | cut -c1-12)
  printf '%s/image-%s.tar' "$CACHE" "$key"
}

debian_release() { sed -n 's/^VERSION_CODENAME=//p' /etc/os-release; }

# The mirror is whatever the machine's own apt uses.
debian_mirror() {
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v release="$(debian_release)" '$1 == "Debian" && $2 == release && $3 == "main" { print $4; exit }'
}

build_image() {
  local image=$1 work mirror proxy include
  mirror=$(debian_mirror)
  [[ -n $mirror ]] || die "apt has no Debian $(debian_release) main repository to take the image from"
  proxy=$(apt-config shell p Acquire::http::Proxy | sed -n "s/^p='\(.*\)'$/\1/p")
  include=$(IFS=,; printf '%s' "${IMAGE_PACKAGES[*]}")

  mkdir -p "$CACHE"
  rm -rf "$CACHE"/build.* "$CACHE"/image-*.tar
  work=$(mktemp -d "$CACHE/build.XXXXXX")
  # A crash throws the half-built image away, so dpkg need not wait for the disk; documentation is not wanted.
  mkdir -p "$work/rootfs/etc/dpkg/dpkg.cfg.d"
  printf '%s\n' force-unsafe-io path-exclude=/usr/share/doc/* path-exclude=/usr/share/man/* \
    path-exclude=/usr/share/locale/* >"$work/rootfs/etc/dpkg/dpkg.cfg.d/failover-lab"
  say "building the image with debootstrap (once; cached in $CACHE)"
  env ${proxy:+http_proxy="$proxy"} debootstrap --variant=minbase --include="$include" \
    "$(debian_release)" "$work/rootfs" "$mirror" >"$CACHE/debootstrap.log" 2>&1 ||
    die "debootstrap failed: $(tail -n 3 "$CACHE/debootstrap.log")"

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
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,info,locale,zoneinfo,perl}/* \
    "$root"/usr/lib/*-linux-gnu/{perl,gconv}
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
