/** Who is on the other end of a Unix socket: `users` as ss shows them ("socat", pid 1234); without root none. */
export type SocketClient = { program: string | null; pid: number | null }

/** All Unix sockets with their processes, one a line. */
export const socketsArgv = (): string[] => ['ss', '-xpanH']

type Row = { state: string; path: string; inode: string; peerInode: string; users: string }

const USER = /\("([^"]{1,64})",pid=(\d{1,10})/

/** "u_str ESTAB 0 0 /var/run/qemu-server/103.serial0 24815 * 24814 users:((…))"; null for any other line. */
function rowOf(line: string): Row | null {
  const [type, state, , , path, inode, , peerInode, ...users] = line.trim().split(/\s+/)
  if (type !== 'u_str' || !state || !path || !inode || !peerInode) return null
  return { state, path, inode, peerInode, users: users.join(' ') }
}

/**
 * Output of `socketsArgv`: the clients that are connected to the socket at a path, or wait there to be let in. QEMU
 * serves one of them; another one waits for ever. null when the output has no such socket at all.
 */
export function socketClients(stdout: string, path: string): SocketClient[] | null {
  const rows = stdout.split('\n').flatMap((line) => rowOf(line) ?? [])
  const served = rows.filter((row) => row.path === path)
  if (served.length === 0) return null
  return served
    .filter(({ state }) => state === 'ESTAB')
    .map(({ peerInode }) => {
      const [, program = null, pid] = USER.exec(rows.find(({ inode }) => inode === peerInode)?.users ?? '') ?? []
      return { program, pid: pid === undefined ? null : Number(pid) }
    })
}
