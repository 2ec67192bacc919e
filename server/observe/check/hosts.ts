import type { Finding } from '../../domain/check'
import type { AnyLab, Host } from '../../domain/lab'
import { execAt, type LabAccess } from '../../drivers/at'
import { asAppError } from '../../errors'
import { epochMs } from '../../transport/now'
import { retry } from '../../transport/retry'
import { type CheckOptions, fine, mendAt, said, within, wrong } from './finding'

const TIMEOUT_MS = 5000

const words = ({ user, host, port, jump }: Host): string => `${user}@${host}:${port}${jump ? ` through ${jump}` : ''}`

/** Connects, or uses the connection that is there, and asks who it is there. Never rejects. */
async function checkHost(access: LabAccess<AnyLab>, host: Host, options: CheckOptions): Promise<Finding> {
  const place = { host: host.id }
  const about = { id: `host/${host.id}`, group: 'host', place, title: 'SSH' } as const
  const expected = `a login as ${words(host)}`
  const startMs = epochMs()
  try {
    const ask = () => execAt(access, place, ['id', '-un'], { ...options, timeoutMs: TIMEOUT_MS })
    // A connection that was open before may have died unseen: what a new one says is what counts.
    const isWorthRetrying = (error: unknown) => asAppError(error).code === 'ssh-lost'
    const asking = () => retry(ask, { attempts: 2, firstDelayMs: 0, maxDelayMs: 0, isWorthRetrying })
    const { exitCode, stdout, stderr } = await within(options.signal, asking)
    const ms = Math.round(epochMs() - startMs)
    if (exitCode === 0) return fine(about, `host key as declared, logged in as ${said(stdout)}, ${ms} ms`, expected)
    const found = said(stderr || stdout) || `exit ${exitCode}`
    // Whatever is run there is run by `timeout` and `env`.
    if (exitCode === 127)
      return wrong(about, 'missing', {
        ...{ found, expected: 'timeout and env (GNU coreutils)' },
        ...{ mend: mendAt(access.lab, place, ['apt-get', 'install', '-y', 'coreutils']) },
      })
    const hint = `Its login shell must run commands: try "ssh ${host.user}@${host.host} true" by hand.`
    return wrong(about, 'differs', { found, expected, hint })
  } catch (cause) {
    const { message, hint = null } = asAppError(cause)
    const found = options.signal.aborted ? 'no answer in the time of the check' : message
    return wrong(about, 'missing', { found, expected, hint })
  }
}

/** Every host of the lab file: one finding each, in the order of the file. */
export const checkHosts = (access: LabAccess<AnyLab>, options: CheckOptions): Promise<Finding[]> =>
  Promise.all(access.lab.hosts.map((host) => checkHost(access, host, options)))
