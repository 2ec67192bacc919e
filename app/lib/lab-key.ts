import type { LabEntry } from '@/server/domain/views'

/** What stands in the URL of a lab: its id, or where the file is broken and has none, the file's name. */
export const labKey = (entry: LabEntry): string =>
  entry.ok ? entry.id : (entry.file.split(/[\\/]/).at(-1) ?? entry.file)
