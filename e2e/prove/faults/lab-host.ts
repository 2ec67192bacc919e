import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { REFERENCE } from '../../reference/accuracy'

const STATE = path.dirname(REFERENCE.file)
const SSHD = { pidFile: `${STATE}/ssh/sshd.pid`, config: `${STATE}/ssh/sshd_config`, log: `${STATE}/sshd.log` }

/** Runs a command on this machine, which is the reference lab's host. Rejects when it exits other than 0. */
export const here = (command: string, ...argv: string[]): Promise<string> =>
  promisify(execFile)(command, argv).then(({ stdout }) => stdout)

const quietly = (work: Promise<unknown>) =>
  work.then(
    () => true,
    () => false,
  )

const sshdPid = () => readFileSync(SSHD.pidFile, 'utf8').trim()

/** kill -9 of the sessions of the lab's sshd; the daemon stays. */
export const killSessions = () => quietly(here('pkill', '-KILL', '-P', sshdPid()))

/** The lab's sshd gone, its sessions with it. */
export async function stopSshd(): Promise<void> {
  const pid = sshdPid()
  // Without the daemon they would be nobody's children.
  const sessions = (await here('pgrep', '-P', pid)).split('\n').filter(Boolean)
  await here('kill', '-KILL', pid, ...sessions)
}

/** Starts it where it does not run. */
export async function startSshd(): Promise<void> {
  if (await quietly(here('pgrep', '-f', `sshd.*-f ${SSHD.config}`))) return
  await here('/usr/sbin/sshd', '-f', SSHD.config, '-E', SSHD.log)
}

const portOf = () => Number(/^Port (\d+)$/m.exec(readFileSync(SSHD.config, 'utf8'))?.[1])
const TABLE = ['inet', 'failover-lab-prove']

/** From now on every packet of the connections that there are is dropped, as when a cable is pulled; new ones pass. */
export async function cutConnections(): Promise<number> {
  const port = portOf()
  const sockets = await here('ss', '-Htn', 'state', 'established', `( dport = :${port} )`)
  const ports = [...sockets.matchAll(/^\d+ +\d+ +\S+:(\d+) /gm)].map((match) => match[1])
  if (ports.length === 0) return 0
  const set = `{ ${ports.join(', ')} }`
  await here(
    'nft',
    [
      `add table ${TABLE.join(' ')}`,
      `add chain ${TABLE.join(' ')} cut { type filter hook input priority 0; }`,
      `add rule ${TABLE.join(' ')} cut tcp dport ${port} tcp sport ${set} drop`,
      `add rule ${TABLE.join(' ')} cut tcp sport ${port} tcp dport ${set} drop`,
    ].join('; '),
  )
  return ports.length
}

export const healConnections = () => quietly(here('nft', 'delete', 'table', ...TABLE))
