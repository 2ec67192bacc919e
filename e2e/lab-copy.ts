import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseDocument } from 'yaml'

/** A copy of a lab file with one setting changed; beside the original, since its key files are named relative to it. */
export function labCopy(file: string, setting: readonly string[], value: unknown): string {
  const document = parseDocument(readFileSync(file, 'utf8'))
  document.setIn(setting, value)
  const copy = path.join(path.dirname(file), `${path.basename(file, '.yaml')}-${setting.join('-')}.yaml`)
  writeFileSync(copy, document.toString(), { mode: 0o600 })
  return copy
}
