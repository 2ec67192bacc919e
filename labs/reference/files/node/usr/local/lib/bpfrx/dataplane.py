"""Interfaces, routes, kernel settings and nftables of this node."""

import asyncio
import subprocess
from pathlib import Path

import facts
import switches

SYSCTLS = {
    "net/ipv4/ip_forward": 1,
    # A backup must not answer ARP for an address on another interface.
    "net/ipv4/conf/all/arp_ignore": 1,
    "net/ipv4/conf/all/arp_announce": 2,
    "net/ipv4/conf/all/rp_filter": 0,
    "net/ipv4/conf/default/rp_filter": 0,
    # A firewall: a TCP stream that it has no session for is not picked up in the middle.
    "net/netfilter/nf_conntrack_tcp_loose": 0,
    "net/netfilter/nf_conntrack_tcp_be_liberal": 1,
    "net/netfilter/nf_conntrack_acct": 1,
}

OWN_ADDRESSES = {
    facts.HEARTBEAT_IF: f"{facts.heartbeat_address(facts.NODE)}/30",
    facts.FABRIC_IF: f"{facts.fabric_address(facts.NODE)}/30",
}
# Of the LAN towards the WAN, in their order; the daemon sets them from the configuration.
policies: list[str] = []
FORWARDING = (facts.LAN_IF, facts.WAN_IF)
# While rate-limit is on, for what leaves by either side; the queue is long enough not to drop what a sender paces.
RATE_LIMIT = ("rate", "100mbit", "burst", "256kb", "latency", "200ms")
INTERFACES = (facts.HEARTBEAT_IF, facts.FABRIC_IF, facts.LAN_IF, facts.WAN_IF)


def run(*argv: str, check: bool = False, stdin: str | None = None) -> subprocess.CompletedProcess:
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=10)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.strip()}")
    return done


def up() -> None:
    for name, value in SYSCTLS.items():
        Path("/proc/sys", name).write_text(f"{value}\n")
    for name in INTERFACES:
        configure(name)
    # What a backup is sent by mistake vanishes instead of being answered.
    run("ip", "route", "replace", "blackhole", "default", "metric", "4096")
    run("ip", "route", "replace", "blackhole", "10.99.0.0/16", "metric", "4096")
    run("conntrack", "-F")
    apply_rules()
    apply_rate()


def configure(name: str) -> None:
    """Also for an interface that was taken away and has come back."""
    if index(name) is None:
        return
    run("ip", "link", "set", name, "up")
    if name == facts.FABRIC_IF:
        run("ip", "link", "property", "add", "dev", name, "altname", facts.FABRIC_ALTNAME)
    if name in FORWARDING:
        shape(name)
    if name in OWN_ADDRESSES:
        run("ip", "address", "replace", OWN_ADDRESSES[name], "dev", name)


def index(name: str) -> int | None:
    try:
        return int(Path(f"/sys/class/net/{name}/ifindex").read_text())
    except OSError:
        return None


def link_up(name: str) -> bool:
    try:
        return Path(f"/sys/class/net/{name}/operstate").read_text().strip() == "up"
    except OSError:
        return False


def apply_rules() -> None:
    run("nft", "-f", "-", stdin=rules(), check=True)


def apply_rate() -> None:
    for name in FORWARDING:
        shape(name)


def shape(name: str) -> None:
    if switches.on("rate-limit"):
        run("tc", "qdisc", "replace", "dev", name, "root", "tbf", *RATE_LIMIT)
    else:
        run("tc", "qdisc", "delete", "dev", name, "root")


def rules() -> str:
    lan, wan = facts.LAN_IF, facts.WAN_IF
    snat = f"oifname {wan} ip saddr {facts.LAN_NET} snat ip to {facts.WAN_VIP}"
    garp = "\n".join(
        f'    arp saddr ip {reth["vip"].split("/")[0]} arp daddr ip {reth["vip"].split("/")[0]} drop'
        for reth in facts.RETHS.values()
    )
    permits = "\n".join(f'    iifname {lan} oifname {wan} accept comment "{name}"' for name in policies)
    ruleset = f"""
table inet bpfrx
delete table inet bpfrx
table inet bpfrx {{
  chain input {{
    type filter hook input priority filter; policy accept;
    {f"iifname {facts.HEARTBEAT_IF} drop" if switches.on("dual-primary") else ""}
    iifname {{ {lan}, {wan} }} icmp type echo-request accept
    iifname {lan} udp dport 67 accept
    iifname {{ {lan}, {wan} }} drop
  }}
  chain forward {{
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    ct state invalid drop
{permits}
  }}
  chain postrouting {{
    type nat hook postrouting priority srcnat; policy accept;
    {"" if switches.on("no-snat") else snat}
  }}
}}
table netdev bpfrx
delete table netdev bpfrx
"""
    if switches.on("no-garp"):
        # Packet sockets pass by the ARP hooks; the egress hook sees them.
        devices = ", ".join(name for name in (lan, wan) if index(name) is not None)
        ruleset += f"""
table netdev bpfrx {{
  chain garp {{
    type filter hook egress devices = {{ {devices} }} priority filter; policy accept;
{garp}
  }}
}}
"""
    return ruleset


# After a split the other node yields within two adverts.
ANNOUNCE_SECONDS = 4


async def announce() -> None:
    """Tells the neighbours once a second whose the VIPs are."""
    running = []
    for reth in facts.RETHS.values():
        interface, address = facts.member(facts.NODE, reth["port"]), reth["vip"].split("/")[0]
        argv = ("arping", "-q", "-U", "-c", str(ANNOUNCE_SECONDS), "-I", interface, address)
        running.append(await asyncio.create_subprocess_exec(*argv))
    for child in running:
        await child.wait()
