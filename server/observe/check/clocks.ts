import type { Finding } from '../../domain/check'
import { formatLimit, formatOffset } from '../../domain/format'
import type { Place } from '../../domain/ids'
import type { AnyLab } from '../../domain/lab'
import { placeName } from '../../domain/place'
import type { LabAccess } from '../../drivers/at'
import { clockOffset } from '../../drivers/clock'
import { clockPlaces } from '../preflight'
import { type About, type CheckOptions, fine, guarded, mendAt, wrong } from './finding'

/** A clock is off when its offset is surely above this. */
export const CLOCK_LIMIT_MS = 100

const SAMPLES = 5
const PLACE_MS = 4000
/** Whichever keeps the time there. */
const SET_CLOCK = ['sh', '-c', 'chronyc makestep || timedatectl set-ntp true']

const expected = `within ±${formatLimit(CLOCK_LIMIT_MS)} of the dashboard's clock`

async function checkClock(access: LabAccess<AnyLab>, place: Place, options: CheckOptions): Promise<Finding> {
  const about: About = { id: `clock/${placeName(place)}`, group: 'clock', place, title: 'Clock offset' }
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(PLACE_MS)])
  return guarded(about, { ...options, signal }, async () => {
    const { offsetMs, errorMs } = await clockOffset(access, place, { tag: options.tag, signal, samples: SAMPLES })
    const found = formatOffset(offsetMs, errorMs)
    if (Math.abs(offsetMs) - errorMs <= CLOCK_LIMIT_MS) return fine(about, found, expected)
    const hint =
      "Offsets are known and taken into account, but logs are hard to compare. Are all off alike, it is the dashboard's own clock."
    return wrong(about, 'differs', { found, expected, mend: mendAt(access.lab, place, SET_CLOCK), hint })
  })
}

/** Clock offsets of every place whose stamps are compared. One after another: load on the way widens the error. */
export async function checkClocks(
  access: LabAccess<AnyLab>,
  canAsk: (place: Place) => boolean,
  options: CheckOptions,
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const place of clockPlaces(access.lab).filter(canAsk)) findings.push(await checkClock(access, place, options))
  return findings
}
