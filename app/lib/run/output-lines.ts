import type { CommandView } from '@/server/domain/detail'
import { placeName } from '@/server/domain/ids'
import type { OutputPiece } from '@/server/domain/views'

/** "fw1 cli -c …": where, and what, without what every command in a container has in front. */
export function commandName({ place, argv }: Pick<CommandView, 'place' | 'argv'>): string {
  const at = argv.indexOf('--')
  const own = argv.includes('exec') && at >= 0 ? argv.slice(at + 1) : argv
  return `${placeName(place)}: ${own.join(' ')}`
}

export type OutputLine = { key: string; commandId: string; text: string; from: 'stdout' | 'stderr' }

/** Pieces cut into lines; a line that comes in several pieces is put together again. */
export function outputLines(pieces: readonly OutputPiece[]): OutputLine[] {
  const lines: OutputLine[] = []
  const open = new Map<string, OutputLine>()
  for (const piece of pieces) {
    const stream = `${piece.commandId} ${piece.from}`
    const parts = piece.text.split('\n')
    parts.forEach((part, i) => {
      const unfinished = i === 0 ? open.get(stream) : undefined
      const isLast = i === parts.length - 1
      if (unfinished) unfinished.text += part
      else if (!isLast || part !== '')
        lines.push({ key: `${piece.cursor}/${i}`, commandId: piece.commandId, text: part, from: piece.from })
      const line = unfinished ?? lines.at(-1)
      if (!isLast) open.delete(stream)
      else if (line && part !== '') open.set(stream, line)
    })
  }
  return lines
}

/** The text cut at the matches: odd parts are hits. Case does not matter. */
export function splitAtMatches(text: string, search: string): string[] {
  if (search === '') return [text]
  const parts: string[] = []
  const hay = text.toLowerCase()
  const needle = search.toLowerCase()
  let from = 0
  for (let at = hay.indexOf(needle); at >= 0; at = hay.indexOf(needle, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + needle.length))
    from = at + needle.length
  }
  parts.push(text.slice(from))
  return parts
}
