/** A text file that was chosen in the browser. */
export type TextFile = { name: string; text: string }

const MAX_BYTES = 256 * 1024

/** Reads chosen files as text. Rejects, in a sentence, with one that is too large or no text. */
export const readTextFiles = (files: Iterable<File>): Promise<TextFile[]> =>
  Promise.all(
    [...files].map(async (file) => {
      if (file.size > MAX_BYTES) throw new Error(`${file.name} has ${file.size} bytes; at most ${MAX_BYTES} are taken.`)
      const bytes = await file.arrayBuffer()
      try {
        return { name: file.name, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
      } catch {
        throw new Error(`${file.name} is no text file (UTF-8).`)
      }
    }),
  )
