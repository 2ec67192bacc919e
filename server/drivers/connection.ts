import type { Connection, DevicePresent, LinkUp, VfLink } from '../domain/case'
import type { Lab } from '../domain/lab'
import type { DesiredPlan, PlacedCommand } from './desired'

/** Arguments: link, MAC, "up" or "down", addresses. Exit 0 when the link is like that. */
const IS_THERE = `link=$(ip link show dev "$1" 2>&1) || { echo "$link"; exit 1; }
case $link in *" $2 "*) ;; *) echo "$1 has another MAC"; exit 1 ;; esac
state=down
case $link in *LOWER_UP*) state=up ;; esac
[ "$state" = "$3" ] || { echo "$1 is $state"; exit 1; }
name=$1
shift 3
addresses=$(ip address show dev "$name")
for address in "$@"; do
  case $addresses in *" $address "*) ;; *) echo "$name has no $address"; exit 1 ;; esac
done`

/**
 * Arguments: MAC that it has now (nothing: the old one), link, MAC, MTU, "up" or "down", names that it may have now,
 * addresses. A device that was hot-plugged comes back by some name of the kernel's, with a MAC of its own, down and
 * without addresses.
 */
const ADOPT = `name=$2
mac=$3
now=\${1:-$mac}
mtu=$4
state=$5
others=$6
shift 6
others="$(ip -o link show | sed -n "s/^[0-9]*: \\([^:@]*\\)[:@].* $now .*/\\1/p" | head -n 1) $others"
ip link show dev "$name" >/dev/null 2>&1 || for other in $others; do
  ip link show dev "$other" >/dev/null 2>&1 || continue
  ip link set dev "$other" down
  ip link set dev "$other" name "$name" && break
done
case $(ip link show dev "$name") in
  *" $mac "*) ;;
  *) ip link set dev "$name" down; ip link set dev "$name" address "$mac" ;;
esac
ip link set dev "$name" mtu "$mtu"
ip link set dev "$name" "$state"
for address in "$@"; do ip address replace "$address" dev "$name"; done`

/**
 * Arguments: instance, device, ADOPT, its arguments from the second on (addresses as one), the container tool. The tool makes
 * up a MAC for a device whose settings name none: by that the link can be found, whatever it is called.
 */
const FIND_AND_ADOPT = `instance=$1
device=$2
script=$3
name=$4
mac=$5
mtu=$6
state=$7
others=$8
addresses=$9
shift 9
now=$("$@" config get "$instance" "volatile.$device.hwaddr" 2>/dev/null)
exec "$@" exec "$instance" -- sh -c "$script" sh "$now" "$name" "$mac" "$mtu" "$state" "$others" $addresses`

const upOrDown = (up: boolean): string => (up ? 'up' : 'down')

const deviceCommand = ({ containers }: Lab, ...words: string[]): PlacedCommand => ({
  place: { host: containers.host },
  argv: [...containers.command, 'config', ...words],
})

/** An own device is removed; one that comes from a profile can only be masked. */
const removal = (lab: Lab, { instance, device, settings }: DevicePresent): PlacedCommand =>
  settings
    ? deviceCommand(lab, 'device', 'remove', instance, device)
    : deviceCommand(lab, 'device', 'add', instance, device, 'none')

function addition(lab: Lab, { instance, device, settings }: DevicePresent): PlacedCommand {
  if (!settings) return deviceCommand(lab, 'device', 'remove', instance, device)
  const { type = 'nic', ...rest } = settings
  const words = Object.entries(rest).map(([key, value]) => `${key}=${value}`)
  return deviceCommand(lab, 'device', 'add', instance, device, type, ...words.sort())
}

function devicePlan(lab: Lab, state: DevicePresent): DesiredPlan {
  const { instance, device, linux, mac, mtu, up, addresses, otherNames, keptMac } = state
  const place = { instance }
  const kept = keptMac === null ? [] : [deviceCommand(lab, 'set', instance, `volatile.${device}.hwaddr=${keptMac}`)]
  const before = [linux, mac, String(mtu), upOrDown(up), otherNames.join(' '), addresses.join(' ')]
  const adopt: PlacedCommand = {
    place: { host: lab.containers.host },
    argv: ['sh', '-c', FIND_AND_ADOPT, 'sh', instance, device, ADOPT, ...before, ...lab.containers.command],
  }
  return {
    title: `device ${device} in ${instance}, as ${linux} with MAC ${mac}, ${upOrDown(up)}`,
    check: { place, argv: ['sh', '-c', IS_THERE, 'sh', linux, mac, upOrDown(up), ...addresses] },
    isMet: ({ exitCode }) => exitCode === 0,
    apply: [addition(lab, state), adopt, ...kept],
  }
}

/** Arguments: physical function, number, state. Exit 0 when the table of virtual functions says so. */
const VF_IS = 'ip link show dev "$1" | grep -Eq "^ *vf $2 .*link-state $3"'

const vfNames = ({ pf, vf }: VfLink): [string, string] => [pf ?? 'PF', vf === null ? 'VF' : String(vf)]

const setVf = (state: VfLink, to: string): PlacedCommand => {
  const [pf, vf] = vfNames(state)
  return { place: { host: state.host }, argv: ['ip', 'link', 'set', 'dev', pf, 'vf', vf, 'state', to] }
}

function vfPlan(state: VfLink): DesiredPlan {
  const [pf, vf] = vfNames(state)
  return {
    title: `link of virtual function ${vf} of ${pf} ${state.state} on ${state.host}`,
    check: { place: { host: state.host }, argv: ['sh', '-c', VF_IS, 'sh', pf, vf, state.state] },
    isMet: ({ exitCode }) => exitCode === 0,
    apply: [setVf(state, state.state)],
  }
}

const setLink = ({ host, link }: LinkUp, to: 'up' | 'down'): PlacedCommand => ({
  place: { host },
  argv: ['ip', 'link', 'set', 'dev', link, to],
})

/** Argument: link. Exit 0 when it is administratively up. */
const LINK_IS_UP = 'case $(ip link show dev "$1") in *",UP,"*|*",UP>"*) exit 0 ;; esac; exit 1'

const linkPlan = (state: LinkUp): DesiredPlan => ({
  title: `link ${state.link} up on ${state.host}`,
  check: { place: { host: state.host }, argv: ['sh', '-c', LINK_IS_UP, 'sh', state.link] },
  isMet: ({ exitCode }) => exitCode === 0,
  apply: [setLink(state, 'up')],
})

/** The check and the commands that bring a connection back. */
export function planConnection(lab: Lab, connection: Connection): DesiredPlan {
  switch (connection.kind) {
    case 'device-present':
      return devicePlan(lab, connection)
    case 'vf-link':
      return vfPlan(connection)
    case 'link-up':
      return linkPlan(connection)
  }
}

/** What takes a connection away. */
export function disconnection(lab: Lab, connection: Connection): PlacedCommand {
  switch (connection.kind) {
    case 'device-present':
      return removal(lab, connection)
    case 'vf-link':
      return setVf(connection, 'disable')
    case 'link-up':
      return setLink(connection, 'down')
  }
}
