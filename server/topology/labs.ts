import { type LoadedLab, loadLab } from './load'

/**
 * Loads lab files in their order. A broken one does not keep the others from loading; of two labs with one id the
 * later is broken.
 */
export async function loadLabs(files: readonly string[]): Promise<LoadedLab[]> {
  const loaded = await Promise.all(files.map(loadLab))
  const owners = new Map<string, string>()
  return loaded.map((entry) => {
    if (!entry.ok) return entry
    const { id } = entry.lab
    const owner = owners.get(id)
    if (owner === undefined) {
      owners.set(id, entry.file)
      return entry
    }
    const message = `id: "${id}" is the id of ${owner} already; expected another one`
    return { ok: false, file: entry.file, id, errors: [{ line: null, column: null, message }] }
  })
}

/** The value of LABS ("embedded,labs/mine.yaml") as a list, blanks dropped. */
export const labFiles = (labs: string): string[] =>
  labs
    .split(',')
    .map((file) => file.trim())
    .filter((file) => file !== '')
