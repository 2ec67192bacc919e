import type { CommandView } from '@/server/domain/detail'
import { placeName } from '@/server/domain/place'
import type { OutputPiece } from '@/server/domain/views'

const OPTION_WITH_VALUE = new Set(['-k', '-s', '--kill-after', '--signal'])

/** Without `timeout 5`, `env A=b` and `incus exec NAME --` in front: what is really run. */
export function bareCommand(argv: readonly string[]): string[] {
  const [program, ...rest] = argv
  if (program === 'timeout') {
    let at = 0
    while (rest[at]?.startsWith('-')) at += OPTION_WITH_VALUE.has(rest[at] ?? '') ? 2 : 1
    return bareCommand(rest.slice(at + 1))
  }
  if (program === 'env') {
    const at = rest.findIndex((word) => !word.includes('='))
    return at < 0 ? [...argv] : bareCommand(rest.slice(at))
  }
  const dashes = argv.indexOf('--')
  if (dashes > 0 && argv.slice(0, dashes).includes('exec')) return bareCommand(argv.slice(dashes + 1))
  return [...argv]
}

/** "bpfrx-fw1: cli -c …": where, and what; of a script its first line. */
export function commandName({ place, argv }: Pick<CommandView, 'place' | 'argv'>): string {
  const [first = '', ...more] = bareCommand(argv).join(' ').trim().split('\n')
  return `${placeName(place)}: ${first}${more.length > 0 ? ' …' : ''}`
}

export type OutputLine = { key: string; commandId: string; text: string; from: 'stdout' | 'stderr' }

/** Pieces cut into lines, as they come; a line that comes in several pieces is put together again. */
export class LineBuffer {
  lines: OutputLine[] = []
  #open = new Map<string, OutputLine>()

  append(pieces: readonly OutputPiece[]): void {
    for (const piece of pieces) {
      const stream = `${piece.commandId} ${piece.from}`
      const parts = piece.text.split('\n')
      parts.forEach((part, i) => {
        const unfinished = i === 0 ? this.#open.get(stream) : undefined
        const isLast = i === parts.length - 1
        const { commandId, from } = piece
        const line = unfinished ?? { key: `${piece.cursor}/${i}`, commandId, text: '', from }
        line.text += part
        if (!unfinished && (!isLast || part !== '')) this.lines.push(line)
        if (!isLast) this.#open.delete(stream)
        else if (part !== '') this.#open.set(stream, line)
      })
    }
  }

  /** Forgets the oldest. */
  keep(most: number): void {
    if (this.lines.length > most * 1.2) this.lines = this.lines.slice(-most)
  }
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
