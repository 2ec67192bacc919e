import type { Finding } from '../../domain/check'
import { type AnyLab, leaseHost } from '../../domain/lab'
import { execAt, type LabAccess } from '../../drivers/at'
import { isDead, type LeaseReading, readLease } from '../../drivers/lease-read'
import { type About, type CheckOptions, fine, guarded, mendAt, said, wrong } from './finding'

/** Below this a lab host is about to fail: its journal, its container tool and the lease need room. */
export const MIN_FREE_MB = 200

const TIMEOUT_MS = 5000

/** Argument: the lease directory. What of it is there already, whether that can be written to, and what is free there. */
const SCRIPT = `dir=$1
while [ ! -e "$dir" ] && [ "$dir" != / ] && [ "$dir" != . ]; do dir=$(dirname "$dir"); done
if [ -d "$dir" ] && [ -w "$dir" ] && [ -x "$dir" ]; then printf 'writable %s\\n' "$dir"; else printf 'closed %s\\n' "$dir"; fi
df -Pk "$dir"`

const parentOf = (path: string): string => path.replace(/\/+[^/]*\/*$/, '') || '/'

/** Free MB out of `df -Pk`; null when that is none. */
export function freeMb(text: string): number | null {
  const row = /^\S.{0,200}?\s(\d{1,18})\s+(\d{1,18})\s+(\d{1,18})\s+\d{1,3}%\s+\//m.exec(text)
  return row ? Math.floor(Number(row[3]) / 1024) : null
}

function directoryFinding(access: LabAccess<AnyLab>, about: About, stdout: string): Finding {
  const { lab } = access
  const { leaseDir } = lab
  const place = { host: leaseHost(lab) }
  const [, answer, found = ''] = /^(writable|closed) (.{1,1000})$/m.exec(stdout) ?? []
  const user = lab.hosts.find(({ id }) => id === place.host)?.user ?? ''
  const expected = `${user} may make ${leaseDir}`
  if (answer === 'writable') return fine(about, `${said(found)} is writable`, expected)
  if (answer !== 'closed')
    return wrong(about, 'unknown', { found: stdout, expected, hint: 'sh, dirname and df must work there.' })
  const parent = parentOf(leaseDir)
  const isThere = found === parent || found === leaseDir
  const mend = isThere ? null : mendAt(lab, place, ['install', '-d', '-o', user, parent])
  const hint = `Or set leaseDir in the lab file to a directory below one that ${user} may write to.`
  return wrong(about, 'differs', { found: `${found} is not writable`, expected, mend, hint })
}

function diskFinding(access: LabAccess<AnyLab>, about: About, stdout: string): Finding {
  const mb = freeMb(stdout)
  const expected = `at least ${MIN_FREE_MB} MB`
  if (mb === null) return wrong(about, 'unknown', { found: stdout, expected, hint: 'df -Pk must work there.' })
  if (mb >= MIN_FREE_MB) return fine(about, `${mb} MB`, expected)
  const mend = mendAt(access.lab, { host: leaseHost(access.lab) }, ['journalctl', '--vacuum-size=100M'])
  return wrong(about, 'differs', {
    found: `${mb} MB`,
    expected,
    mend,
    hint: 'See what fills it: df -h, du -xsh /var/*.',
  })
}

/** Whether the lease directory can be used, and what is free where it lies. */
export async function checkDirectory(access: LabAccess<AnyLab>, options: CheckOptions): Promise<Finding[]> {
  const { leaseDir } = access.lab
  const place = { host: leaseHost(access.lab) }
  const directory: About = { id: 'lease-directory', group: 'lease', place, title: `Lease directory ${leaseDir}` }
  const disk: About = { id: 'disk', group: 'host', place, title: `Free disk space for ${leaseDir}` }
  const ask = execAt(access, place, ['sh', '-c', SCRIPT, 'sh', leaseDir], { ...options, timeoutMs: TIMEOUT_MS })
  return Promise.all([
    guarded(directory, options, async () => directoryFinding(access, directory, (await ask).stdout)),
    guarded(disk, options, async () => diskFinding(access, disk, (await ask).stdout)),
  ])
}

function heldFinding(access: LabAccess<AnyLab>, about: About, reading: LeaseReading, ownRun: string | null): Finding {
  const { leaseDir } = access.lab
  const { runId, owner } = reading.info
  const who = said(`${owner} for run ${runId}`)
  if (runId === ownRun) return fine(about, `held by ${who}, which is going on here`, 'free')
  if (reading.state === 'failed') {
    const mend = mendAt(access.lab, { host: leaseHost(access.lab) }, ['rm', '-r', leaseDir])
    const hint = `Its revert failed: first put the lab back by hand, ${leaseDir}/log there says what could not be done.`
    return wrong(about, 'differs', { found: `left by ${who}`, expected: 'free', mend, hint })
  }
  if (isDead(reading)) return fine(about, `left by ${who}; the next run reverts and takes it`, 'free')
  const hint = `Wait for that run, or have ${said(owner)} cancel it; a lease that nobody renews is reverted by the lab host itself.`
  return wrong(about, 'differs', { found: `held by ${who}`, expected: 'free', hint })
}

/** Who holds the lab: the finding, and what was read (null: nobody, or it could not be read). */
export async function checkLease(
  access: LabAccess<AnyLab>,
  ownRun: string | null,
  options: CheckOptions,
): Promise<{ finding: Finding; reading: LeaseReading | null }> {
  const place = { host: leaseHost(access.lab) }
  const about: About = { id: 'lease', group: 'lease', place, title: 'Lease' }
  const read: { reading: LeaseReading | null } = { reading: null }
  const finding = await guarded(about, options, async () => {
    const reading = await readLease(access, options)
    read.reading = reading
    return reading ? heldFinding(access, about, reading, ownRun) : fine(about, 'free', 'free')
  })
  return { finding, reading: read.reading }
}
