import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Document, parseDocument } from 'yaml'

/** A copy of a lab file after an edit; beside the original, since its key files are named relative to it. */
function copyOf(file: string, name: string, edit: (document: Document) => void): string {
  const document = parseDocument(readFileSync(file, 'utf8'))
  edit(document)
  const copy = path.join(path.dirname(file), `${path.basename(file, '.yaml')}-${name}.yaml`)
  writeFileSync(copy, document.toString(), { mode: 0o600 })
  return copy
}

/** A copy of a lab file with one setting changed. */
export const labCopy = (file: string, setting: readonly string[], value: unknown): string =>
  copyOf(file, setting.join('-'), (document) => document.setIn(setting, value))

type Named = { name: string; [key: string]: unknown }
type Editable = { id: string; instances: { name: string; interfaces: Named[] }[] }

/** The declared interfaces of a lab file, to be changed in place. */
export class Interfaces {
  constructor(private readonly lab: Editable) {}

  of(instance: string, name: string): Named {
    const all = this.lab.instances.find((one) => one.name === instance)?.interfaces
    const found = all?.find((one) => one.name === name)
    if (!found) throw new Error(`${instance} has no ${name} in the lab file`)
    return found
  }

  /** Mixes two interfaces of one instance up, as far as these keys go. */
  swap(instance: string, names: readonly [string, string], keys: readonly string[]): void {
    const [first, second] = [this.of(instance, names[0]), this.of(instance, names[1])]
    for (const key of keys) {
      const value = first[key]
      first[key] = second[key]
      second[key] = value
    }
  }
}

/** A copy of a lab file by another id, in which somebody declared the interfaces otherwise. */
export function miswritten(file: string, id: string, edit: (interfaces: Interfaces) => void): string {
  return copyOf(file, id, (document) => {
    const lab = document.toJS() as Editable
    edit(new Interfaces(lab))
    document.set('id', id)
    document.set('instances', document.createNode(lab.instances))
  })
}
