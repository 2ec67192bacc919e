import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/**
 * A copy of a lab file with one top-level setting of one line replaced or added; beside the original, since its key files
 * are named relative to it.
 */
export function labCopy(file: string, setting: string, value: string): string {
  const text = readFileSync(file, 'utf8').replace(new RegExp(`^${setting}:.*\n`, 'm'), '')
  const copy = path.join(path.dirname(file), `${path.basename(file, '.yaml')}-${setting}.yaml`)
  writeFileSync(copy, `${setting}: ${value}\n${text}`, { mode: 0o600 })
  return copy
}
