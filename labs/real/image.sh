# shellcheck shell=bash
# A minimal Debian with what a lab's containers need, from wherever the machine's own apt gets its packages.

debian_release() { sed -n 's/^VERSION_CODENAME=//p' /etc/os-release; }

debian_mirror() {
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v release="$(debian_release)" '$1 == "Debian" && $2 == release && $3 == "main" { print $4; exit }'
}

# Arguments: directory, packages. Documentation is left out.
bootstrap() {
  local root=$1 mirror proxy include
  shift
  mirror=$(debian_mirror)
  [[ -n $mirror ]] || die "apt has no Debian $(debian_release) main repository to take the image from"
  proxy=$(apt-config shell p Acquire::http::Proxy | sed -n "s/^p='\(.*\)'$/\1/p")
  include=$(IFS=,; printf '%s' "$*")
  # A crash throws the half-built image away, so dpkg need not wait for the disk; documentation is not wanted.
  mkdir -p "$root/etc/dpkg/dpkg.cfg.d"
  printf '%s\n' force-unsafe-io path-exclude=/usr/share/doc/* path-exclude=/usr/share/man/* \
    path-exclude=/usr/share/locale/* >"$root/etc/dpkg/dpkg.cfg.d/failover-lab"
  env ${proxy:+http_proxy="$proxy"} debootstrap --variant=minbase --include="$include" \
    "$(debian_release)" "$root" "$mirror" >"$CACHE/debootstrap-$LAB.log" 2>&1 ||
    die "debootstrap failed: $(tail -n 3 "$CACHE/debootstrap-$LAB.log")"
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,info,locale,zoneinfo}/*
}
