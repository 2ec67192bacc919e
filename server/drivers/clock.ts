import type { Place } from '../domain/ids'
import type { AnyLab } from '../domain/lab'
import { placeName } from '../domain/place'
import { AppError } from '../errors'
import { epochMs } from '../transport/now'
import type { RemoteStream } from '../transport/remote'
import { execAt, type LabAccess, streamAt } from './at'

/** A clock minus the app's, ± half the round trip of the best sample. */
export type ClockOffset = { offsetMs: number; errorMs: number }

export type ClockSample = { sentMs: number; receivedMs: number; clockMs: number }

/** `byCommand`: where nothing answers on an open channel, ask by a command each (the default). */
export type ClockOptions = { tag: string; signal?: AbortSignal; samples?: number; byCommand?: boolean }

export const readClock: readonly string[] = ['date', '+%s.%N']

/** One process that answers each line with its clock: the round trip is the network's, not that of starting a program. */
export const answerClock: readonly string[] = ['sh', '-c', 'while read -r _; do date +%s.%N; done']

const SAMPLES = 8
const TIMEOUT_MS = 3000
const ANSWER_TIMEOUT_MS = 1500

/** As NTP does: the sample with the shortest round trip says most. null without samples. */
export function bestOffset(samples: readonly ClockSample[]): ClockOffset | null {
  const [best] = [...samples].sort((a, b) => a.receivedMs - a.sentMs - (b.receivedMs - b.sentMs))
  if (!best) return null
  const middleMs = (best.sentMs + best.receivedMs) / 2
  return { offsetMs: best.clockMs - middleMs, errorMs: (best.receivedMs - best.sentMs) / 2 }
}

const clockMsIn = (text: string): number | null =>
  /^\d{9,}\.\d+$/.test(text.trim()) ? Number(text.trim()) * 1000 : null

/** Samples over one open channel; fewer than asked, or none, when it does not answer in time. */
async function ask(access: LabAccess<AnyLab>, place: Place, options: ClockOptions): Promise<ClockSample[]> {
  const samples: ClockSample[] = []
  let answered: (answer: { clockMs: number | null; receivedMs: number } | null) => void = () => {}
  const stream: RemoteStream = await streamAt(access, place, answerClock, {
    ...options,
    longLived: false,
    keepStdin: true,
    timeoutMs: 2 * TIMEOUT_MS,
    onLine: (line, receivedMs) => answered({ clockMs: clockMsIn(line), receivedMs }),
  })
  stream.done.then(() => answered(null)).catch(() => answered(null))
  try {
    // The first round starts `date` for the first time: it is not counted.
    for (let round = 0; round <= (options.samples ?? SAMPLES); round++) {
      const sentMs = epochMs()
      const answer = await new Promise<{ clockMs: number | null; receivedMs: number } | null>((resolve) => {
        const timer = setTimeout(() => resolve(null), ANSWER_TIMEOUT_MS)
        answered = (value) => {
          clearTimeout(timer)
          resolve(value)
        }
        stream.write('?\n')
      })
      if (answer?.clockMs == null) break
      if (round > 0) samples.push({ sentMs, receivedMs: answer.receivedMs, clockMs: answer.clockMs })
    }
  } finally {
    stream.close()
  }
  return samples
}

/** Samples by a command each: where nothing answers on an open channel. */
async function askByCommand(access: LabAccess<AnyLab>, place: Place, { tag, signal, samples = SAMPLES }: ClockOptions) {
  const found: ClockSample[] = []
  for (let count = 0; count < samples; count++) {
    const result = await execAt(access, place, readClock, { tag, signal, timeoutMs: TIMEOUT_MS })
    const clockMs = clockMsIn(result.stdout)
    if (clockMs === null) break
    found.push({ sentMs: result.startedMs, receivedMs: result.endedMs, clockMs })
  }
  return found
}

/** Estimates a place's clock offset. Rejects with `command-failed` when `date` there prints no clock. */
export async function clockOffset(
  access: LabAccess<AnyLab>,
  place: Place,
  options: ClockOptions,
): Promise<ClockOffset> {
  const quick = await ask(access, place, options)
  const { byCommand = true } = options
  const best = bestOffset(quick.length > 0 || !byCommand ? quick : await askByCommand(access, place, options))
  if (best) return best
  throw new AppError('command-failed', `${placeName(place)}: its clock cannot be read`, {
    host: placeName(place),
    command: readClock.join(' '),
    hint: 'The machine needs a date that knows +%s.%N (GNU coreutils).',
  })
}
