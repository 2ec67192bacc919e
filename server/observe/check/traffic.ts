import type { Finding } from '../../domain/check'
import type { Place } from '../../domain/ids'
import type { AnyLab, Lab, Target, Traffic } from '../../domain/lab'
import { placeName } from '../../domain/place'
import { execAt, type LabAccess } from '../../drivers/at'
import { Iperf3Parser } from '../../drivers/iperf3-parse'
import { type About, type CheckOptions, fine, guarded, mendAt, type Part, said, wrong } from './finding'
import { ownerOf } from './needs'

const PING_S = 3
const PING_TIMEOUT_MS = 5000
const TEST_TIMEOUT_MS = 6000
/** A test of one second with next to no load: whether it listens is all that is asked. */
const TEST = ['-t', '1', '-b', '1000000', '--connect-timeout', '3000']

/** One answered ping is enough; with a deadline, so that a first one that is lost to ARP does not count. */
export function checkTarget(
  access: LabAccess<AnyLab>,
  { id, title, address, from }: Target,
  options: CheckOptions,
): Promise<Finding> {
  const about: About = { id: `target/${id}`, group: 'traffic', place: from, title: `${title} (${address}) answers` }
  return guarded(about, options, async () => {
    const argv = ['ping', '-n', '-c', '1', '-w', String(PING_S), address]
    const { exitCode, stdout, stderr } = await execAt(access, from, argv, { ...options, timeoutMs: PING_TIMEOUT_MS })
    const [, rttMs] = /bytes from .{1,80}time[=<](\d{1,7}(?:\.\d{1,4})?) ms/.exec(stdout) ?? []
    const expected = 'an answer to one ping'
    if (rttMs !== undefined) return fine(about, `${rttMs} ms`, expected)
    if (exitCode === 127) return wrong(about, 'unknown', { found: said(stderr), expected })
    const found = said(stderr) || said(/^From .{1,200}$/m.exec(stdout)?.[0] ?? '') || `no answer in ${PING_S} s`
    const hint = `From ${placeName(from)}: ip route get ${address}; is the way through the cluster up?`
    return wrong(about, 'missing', { found, expected, hint })
  })
}

type Server = Pick<Traffic, 'server' | 'port' | 'from'>

/** The words of iperf3's error, and whether it is that another test goes on. */
function errorIn(text: string): { message: string; busy: boolean } | null {
  const parser = new Iperf3Parser()
  for (const line of text.split('\n')) {
    const parsed = parser.line(line, 0)
    if (parsed.kind === 'error') return parsed
  }
  return null
}

function checkServer(access: LabAccess, { server, port, from }: Server, options: CheckOptions): Promise<Finding> {
  const { lab } = access
  const owner = ownerOf(lab, server)
  const place = owner === null ? null : { instance: owner }
  const title = `iperf3 server ${server}, port ${port}`
  const about: About = { id: `server/${server}:${port}`, group: 'traffic', place: place ?? from, title }
  return guarded(about, options, async () => {
    const argv = ['iperf3', '-c', server, '-p', String(port), ...TEST]
    const { exitCode, stdout, stderr } = await execAt(access, from, argv, { ...options, timeoutMs: TEST_TIMEOUT_MS })
    const expected = `listens, asked from ${placeName(from)}`
    if (exitCode === 0) return fine(about, 'listens', expected)
    if (exitCode === 127) return wrong(about, 'unknown', { found: said(stderr), expected })
    const error = errorIn(`${stdout}\n${stderr}`)
    if (error?.busy) return fine(about, 'listens, busy with another test', expected)
    const found = error?.message ?? (said(stderr || stdout) || `exit ${exitCode}`)
    const mend = place && mendAt(lab, place, ['iperf3', '-s', '-D', '-p', String(port)])
    const hint = 'Or start the unit that keeps it running there, if there is one.'
    return wrong(about, 'missing', { found, expected, mend, hint })
  })
}

const keyOf = ({ server, port }: Server) => `${server}:${port}`

const serversOf = ({ traffic, throughput }: Lab): Server[] => {
  const all: Server[] = [...traffic, ...(throughput ? [throughput] : [])]
  return [...new Map(all.map((one) => [keyOf(one), one])).values()]
}

/** What stands in the way of a place, or of a tool there; null when nothing does. */
export type Obstacle = (place: Place, tool: string | null) => string | null

/**
 * Every target answers from where it is probed, every iperf3 server listens. `run` says why all of that is left alone.
 * A place that cannot be asked at all is not listed again.
 */
export async function checkTraffic(
  access: LabAccess,
  obstacle: Obstacle,
  run: string | null,
  options: CheckOptions,
): Promise<Part> {
  const { lab } = access
  const reasonOf = (from: Place, address: string, tool: string): string | null => {
    const owner = ownerOf(lab, address)
    return run ?? obstacle(from, tool) ?? (owner === null ? null : obstacle({ instance: owner }, null))
  }
  const isUp = ({ from }: { from: Place }) => obstacle(from, null) === null
  const asked = [
    ...lab.targets.filter(isUp).map((target) => ({
      ...{
        place: target.from,
        what: `answer of ${target.title}`,
        reason: reasonOf(target.from, target.address, 'ping'),
      },
      look: () => checkTarget(access, target, options),
    })),
    ...serversOf(lab)
      .filter(isUp)
      .map((one) => ({
        ...{ place: one.from, what: `iperf3 server ${keyOf(one)}`, reason: reasonOf(one.from, one.server, 'iperf3') },
        look: () => checkServer(access, one, options),
      })),
  ]
  const findings = await Promise.all(asked.filter(({ reason }) => reason === null).map(({ look }) => look()))
  const skipped = asked.flatMap(({ place, what, reason }) => (reason === null ? [] : [{ place, what, reason }]))
  return { findings, skipped }
}
