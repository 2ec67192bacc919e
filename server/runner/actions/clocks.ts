import type { AnyLab } from '../../domain/lab'
import { placeName } from '../../domain/place'
import { type ClockOffset, clockOffset } from '../../drivers/clock'
import { clockPlaces } from '../../observe/preflight'
import { commandsOf } from './dry-run'
import type { Handler } from './handler'

/** A clock that was set shows in any of them. */
const SAMPLES = 2

/** All at once: coarser than the preflight's, and enough to see that a clock was set. What does not answer is left out. */
export const readClocks: Handler<'read-clocks', AnyLab> = {
  plan: async ({ lab, tag }) => {
    const options = { tag: tag('clocks'), samples: SAMPLES }
    const asked = clockPlaces(lab).map((place) =>
      commandsOf(lab, 'Clock offset once more', (dry) => clockOffset(dry, place, options)),
    )
    return (await Promise.all(asked)).flat()
  },
  run: async (session, _action, signal) => {
    // A node may be down by now: whoever does not answer at once is left out.
    const options = { tag: session.tag('clocks'), samples: SAMPLES, signal, byCommand: false }
    const found = await Promise.all(
      clockPlaces(session.lab).map(async (place) => {
        const offset = await clockOffset(session.access(), place, options).catch((): ClockOffset | null => null)
        return offset ? [[placeName(place), offset] as const] : []
      }),
    )
    signal.throwIfAborted()
    const clocks = Object.fromEntries(found.flat())
    session.clocks.push(clocks)
    await session.emit({ kind: 'clocks-read', clocks })
  },
}
