import type { Place } from '../domain/ids'
import { placeName } from '../domain/ids'
import { AppError } from '../errors'
import { execAt, type LabAccess } from './at'

/** A clock minus the app's, ± half the round trip of the best sample. */
export type ClockOffset = { offsetMs: number; errorMs: number }

export type ClockSample = { sentMs: number; receivedMs: number; clockMs: number }

export const readClock: readonly string[] = ['date', '+%s.%N']

const SAMPLES = 8
const TIMEOUT_MS = 3000

/** As NTP does: the sample with the shortest round trip says most. null without samples. */
export function bestOffset(samples: readonly ClockSample[]): ClockOffset | null {
  const [best] = [...samples].sort((a, b) => a.receivedMs - a.sentMs - (b.receivedMs - b.sentMs))
  if (!best) return null
  const middleMs = (best.sentMs + best.receivedMs) / 2
  return { offsetMs: best.clockMs - middleMs, errorMs: (best.receivedMs - best.sentMs) / 2 }
}

/** Estimates a place's clock offset. Rejects with `command-failed` when `date` there prints no clock. */
export async function clockOffset(
  access: LabAccess,
  place: Place,
  options: { tag: string; signal?: AbortSignal; samples?: number },
): Promise<ClockOffset> {
  const samples: ClockSample[] = []
  for (let count = 0; count < (options.samples ?? SAMPLES); count++) {
    const { tag, signal } = options
    const result = await execAt(access, place, readClock, { tag, signal, timeoutMs: TIMEOUT_MS })
    const text = result.stdout.trim()
    if (/^\d{9,}\.\d+$/.test(text)) {
      samples.push({ sentMs: result.startedMs, receivedMs: result.endedMs, clockMs: Number(text) * 1000 })
    }
  }
  const best = bestOffset(samples)
  if (best) return best
  throw new AppError('command-failed', `${placeName(place)}: its clock cannot be read`, {
    host: placeName(place),
    command: readClock.join(' '),
    hint: 'The machine needs a date that knows +%s.%N (GNU coreutils).',
  })
}
