import type { Mend } from '../../domain/check'
import { mendAll } from './finding'
import type { Line, Setting } from './interface-lines'
import type { Device } from './nics'
import { type Surroundings, tool } from './surroundings'

/** What one interface is said to have and another has, and the other way round. */
export const isMirrored = (mine: Line, theirs: Line): boolean =>
  mine.difference.what === theirs.difference.what &&
  mine.difference.declared === theirs.difference.found &&
  mine.difference.found === theirs.difference.declared

type Assign = (setting: Setting, value?: string) => void

/** Collects commands that set properties of devices; one of a profile is overridden first, for this instance only. */
function assignments(around: Surroundings): { assign: Assign; mends: Mend[] } {
  const mends: Mend[] = []
  const own = new Set<string>()
  const isOwn = ({ name, source }: Device) => source === 'instance' || own.has(name)
  const assign: Assign = ({ device, key, value }, other = value) => {
    const verb = isOwn(device) ? 'set' : 'override'
    own.add(device.name)
    mends.push(tool(around, 'config', 'device', verb, around.instance.name, device.name, `${key}=${other}`))
  }
  return { assign, mends }
}

/**
 * One command line that makes an interface as declared. Of two that are swapped (`others` are the lines of the other)
 * it moves both, since no two can have the same name or MAC at once. null: nothing but the lab file can be mended.
 */
export function mendOf(around: Surroundings, own: readonly Line[], others: readonly Line[]): Mend | null {
  // A device that is made anew, or falls back to its profile, gets all that is declared of it.
  const whole = own.find(({ difference: { what, declared } }) => {
    return what === 'device' || (what === 'source' && declared !== 'instance')
  })
  const { assign, mends } = assignments(around)
  for (const { setting, ...line } of whole ? [] : own) {
    const theirs = others.find((other) => isMirrored(line, other))?.setting
    if (!setting) continue
    if (theirs && setting.spare !== null) {
      assign(setting, setting.spare)
      assign(theirs)
    }
    assign(setting)
  }
  const rest = own.map(({ difference, mend, park }) => {
    const theirs = others.find((other) => isMirrored({ difference, mend }, other))
    // Setting a property overrides the profile's device already.
    if (difference.what === 'source' && mends.length > 0) return null
    return park && theirs?.mend ? mendAll([park.away, theirs.mend, park.back]) : mend
  })
  return mendAll([...mends, ...(whole ? [whole.mend] : []), ...rest])
}
