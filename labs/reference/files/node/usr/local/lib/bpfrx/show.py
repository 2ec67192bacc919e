"""Junos-style output. Pure: takes what is known, returns text."""

import facts

RULE = "-" * 74


def blocks(by_node: dict[int, str]) -> str:
    return "\n".join(f"node{node}:\n{RULE}\n{text}" for node, text in sorted(by_node.items()))


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _up(value: bool) -> str:
    return "Up" if value else "Down"


def status(cluster) -> str:
    lines = [
        f"Cluster ID: {facts.CLUSTER_ID}",
        f"Node name: {facts.NODE_NAME}",
        "",
        f"{'Node':<6} {'Priority':<8} {'Status':<14} {'Preempt':<8} {'Manual':<8} Monitor-failures",
        "",
    ]
    for group, own in cluster.groups.items():
        lines.append(f"Redundancy group: {group} , Failover count: {own.failovers}")
        lines.append(_status_row(facts.NODE_NAME, cluster.row(group)))
        peer = cluster.peer_row(group)
        if peer:
            # As bpfrx does: the peer's monitor failures show only on the peer.
            lines.append(_status_row(facts.PEER_NAME, peer | {"failures": []}))
        lines.append("")
    return "\n".join(lines) + "\n"


def _status_row(node: str, row: dict) -> str:
    failures = ", ".join(row["failures"]) or "None"
    return (
        f"{node:<6} {row['priority']:<8} {row['state']:<14} {_yes(row['preempt']):<8} "
        f"{_yes(row['manual']):<8} {failures}"
    )


def interfaces(cluster) -> str:
    peer = cluster.peer()
    links = cluster.links() | (peer["links"] if peer else {})
    control, fabric = peer is not None, cluster.fabric_alive()
    lines = [
        f"Control link status: {_up(control)}",
        "",
        "Control interfaces:",
        "    Index   Interface   Monitored-Status   Internal-SA   Security",
        f"    0       {facts.HEARTBEAT_IF:<12}{_up(control):<19}Disabled      Disabled",
        "",
        f"Fabric link status: {_up(fabric)}",
        "",
        "Fabric interfaces:",
        "    Name    Child-interface    Status                    Security",
        "                               (Physical/Monitored)",
        f"    {facts.FABRIC_IF:<8}{facts.FABRIC_IF:<19}{_up(fabric):<4} / {_up(fabric):<19}Disabled",
        "",
        "Redundant-ethernet Information:",
        "    Name         Status      Redundancy-group",
    ]
    for name, reth in facts.RETHS.items():
        owner = _owner(cluster, peer, reth["group"])
        up = owner is not None and links.get(facts.member(owner, reth["port"]), False)
        lines.append(f"    {name:<13}{_up(up):<12}{reth['group']}")
    lines += [
        "",
        "Interface Monitoring:",
        "    Interface         Weight    Status                    Redundancy-group",
        "                                (Physical/Monitored)",
    ]
    for node in (0, 1):
        for name, group in facts.monitored(node).items():
            if name in links:
                up = _up(links[name])
                lines.append(
                    f"    {facts.junos_name(name):<18}{facts.MONITOR_WEIGHT:<10}{f'{up:<4} /  {up}':<26}{group}"
                )
    return "\n".join(lines) + "\n"


def _owner(cluster, peer: dict | None, group: int) -> int | None:
    if cluster.groups[group].state == "primary":
        return facts.NODE
    if peer and peer["groups"][str(group)]["state"] == "primary":
        return facts.PEER
    return None


def information(rows: dict, history: dict, failures: bool) -> str:
    """One node's block; rows and history are keyed by group as text, as JSON has them."""
    lines = ["Redundancy Group Information:", ""]
    for group, row in rows.items():
        lines += [
            f"    Redundancy Group {group} , Current State: {row['state']}, Weight: {row['weight']}",
            "",
            "        Time            From                 To                   Reason",
            *(f"        {at} {old:<20} {new:<20} {why}" for at, old, new, why in history[group]),
            "",
        ]
    lines += [
        "Chassis cluster LED information:",
        f"    Current LED color: {'Amber' if failures else 'Green'}",
        f"    Last LED change reason: {'Monitored objects are down' if failures else 'No failures'}",
        "",
    ]
    return "\n".join(lines)


def sessions(table: list[dict]) -> str:
    lines = []
    for one in table:
        source = f"{one['source']}:{one['source_port']}"
        lines += [
            f"Session ID: {one['id']}, Policy: allow-all, State: {one['state']}, Timeout: {one['timeout']}s",
            f"  In: {source} --> {one['destination']}:{one['destination_port']};{one['protocol']}, Zone: lan -> wan",
        ]
        if one["nat"]:
            lines.append(f"  NAT: src {source} -> {one['nat']}")
        lines.append("  Packets: {}/{}, Bytes: {}/{}".format(*one["packets"], *one["bytes"]))
    lines.append(f"Total sessions: {len(table)}")
    return "\n".join(lines) + "\n"


def version(uptime: int) -> str:
    return f"Hostname: bpfrx-fw{facts.NODE}\nModel: reference lab\nbpfrxd {facts.VERSION}\nUptime: {uptime}s\n"
