import { deviceLines, isDecoration, MAX_LINE_CHARS, MAX_TABLE_CHARS } from './text-parse'

/** What `show version` says; null where it does not. */
export type DeviceVersion = { version: string | null; hostname: string | null; model: string | null }

const RULES: [keyof DeviceVersion, RegExp][] = [
  ['hostname', /^ *Hostname: *(\S{1,253})$/i],
  ['model', /^ *Model: *(\S.{0,120})$/i],
  ['version', /^ *(?:Junos|Software version|Version): *(\S.{0,200})$/i],
  ['version', /^ *JUNOS [^[]{0,80}\[([^\]]{1,80})\]/i],
  ['version', /^ *(?:bpfrxd?|xpfd?)(?: version)?:? +(\S{1,200})/i],
]

/** `show version` of Junos and bpfrx. Never throws; the first line that names a thing wins. */
export function parseVersion(text: string): DeviceVersion {
  const found: DeviceVersion = { version: null, hostname: null, model: null }
  for (const line of deviceLines(text.slice(0, MAX_TABLE_CHARS))) {
    if (line.length > MAX_LINE_CHARS || isDecoration(line)) continue
    for (const [key, rule] of RULES) found[key] ??= rule.exec(line)?.[1] ?? null
  }
  return found
}
