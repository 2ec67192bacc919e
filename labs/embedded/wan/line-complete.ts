/** A here-document that a line began: its end, and whether tabs before it are taken away. */
type HereDoc = { end: string; strips: boolean }

/**
 * Whether a shell would run a text, or ask for more of it: a quotation, a here-document or a line end behind a backslash
 * is open. Compound commands are not looked at: nobody types them here.
 */
export function isComplete(text: string): boolean {
  const waiting: HereDoc[] = []
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? ''
    if (quote === "'") {
      if (char === "'") quote = ''
    } else if (char === '\\') {
      if (i === text.length - 1) return false
      i++
    } else if (quote === '"') {
      if (char === '"') quote = ''
    } else if (char === "'" || char === '"') quote = char
    else if (char === '\n' && waiting.length > 0) {
      const after = behindHereDocs(text, i + 1, waiting.splice(0))
      if (after === null) return false
      i = after - 1
    } else if (text.startsWith('<<', i) && text[i + 2] !== '<') {
      const [whole = '', dash, word = ''] = /^<<(-?)\s*(\S+)/.exec(text.slice(i)) ?? []
      waiting.push({ end: word.replace(/['"\\;]/g, ''), strips: dash === '-' })
      i += Math.max(1, whole.length - 1)
    } else if (text.startsWith('<<<', i)) i += 2
  }
  return quote === '' && waiting.length === 0
}

/** Where the text goes on behind the here-documents that begin at `at`; null: one of them is open. */
function behindHereDocs(text: string, at: number, waiting: readonly HereDoc[]): number | null {
  let from = at
  for (const { end, strips } of waiting) {
    for (let isEnd = false; !isEnd; ) {
      if (from >= text.length) return null
      const to = text.indexOf('\n', from)
      const line = text.slice(from, to < 0 ? undefined : to)
      isEnd = (strips ? line.replace(/^\t+/, '') : line) === end
      if (to < 0 && !isEnd) return null
      from = to < 0 ? text.length : to + 1
    }
  }
  return from
}
