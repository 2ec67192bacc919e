import type { LanHost } from '../domain/lan-host'
import type { LabAccess } from './at'
import { type RunningTool, startTool, type ToolOptions } from './tool'

/** What a test request keeps while it goes on. One place is enough: only one run at a time holds a lab. */
const DIRECTORY = '/run/failover-lab-dhcp'
/** Its own, so that a server does not take it for the host and neither gives nor forgets what the host has. */
const CLIENT_ID = 'failover-lab'

const FILES = '-cf "$1/conf" -lf "$1/leases" -pf "$1/pid" -sf /bin/true'

/** Arguments: directory, interface, seconds, client id. In the foreground until it is ended; exit 2: no answer. */
const REQUEST = `mkdir -p "$1" && : >"$1/leases" &&
printf 'timeout %s;\\nsend dhcp-client-identifier "%s";\\n' "$3" "$4" >"$1/conf" || exit 1
exec dhclient -1 -d -v ${FILES} "$2"`

/** Arguments: directory, interface. A request that was not answered leaves an empty file, and nothing to release. */
const RELEASE = `if [ -s "$1/leases" ]; then dhclient -r -v ${FILES} "$2" || exit 1; fi
rm -rf "$1"`

/**
 * Asks for a lease as dhclient does and applies nothing of it (its script is /bin/true). dhclient needs a lease file that
 * exists. Bounded by its own timeout while nobody answers.
 */
export const requestLeaseArgv = (interfaceName: string, waitS: number): string[] => [
  ...['sh', '-c', REQUEST, 'sh', DIRECTORY, interfaceName, String(Math.ceil(waitS)), CLIENT_ID],
]

/** The lease file of the request. */
export const readLeasesArgv = (): string[] => ['cat', `${DIRECTORY}/leases`]

/** Gives the lease back and removes what the request kept; exit 0 as well when there is nothing. */
export const releaseLeaseArgv = (interfaceName: string): string[] => [
  ...['sh', '-c', RELEASE, 'sh', DIRECTORY, interfaceName],
]

/** Exit 0 when no test request has left anything. */
export const noLeaseLeftArgv = (): string[] => ['sh', '-c', '[ ! -e "$1" ]', 'sh', DIRECTORY]

/** DHCP in both directions. */
export const DHCP_FILTER = 'udp port 67 or udp port 68'

/** Starts a request; every line of the client is handed on. It stays until it is stopped, with or without a lease. */
export const startLeaseRequest = (
  access: LabAccess,
  { instance, interface: name }: LanHost,
  waitS: number,
  options: ToolOptions,
): Promise<RunningTool> =>
  startTool(access, { instance }, requestLeaseArgv(name, waitS), () => ({ keep: true }), options)
