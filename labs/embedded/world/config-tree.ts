/** A block of the configuration: header ("policy allow-all") -> its block, null for a statement that ends there. */
export type Block = Map<string, Block | null>

/** What is between the braces; the text is the lab's own and well-formed. Comments are left out. */
export function parseConfig(text: string): Block {
  const root: Block = new Map()
  const open = [root]
  const plain = text.replace(/^\s*#.*$/gm, '')
  for (const [, words = '', end] of plain.matchAll(/((?:"[^"]*"|[^{};"])*)([{};])/g)) {
    const header = words.trim().replace(/\s+/g, ' ')
    const block = open.at(-1)
    if (end === '}') open.pop()
    else if (end === ';') block?.set(header, null)
    else {
      const child: Block = new Map()
      block?.set(header, child)
      open.push(child)
    }
  }
  return root
}

/** As Junos prints it. */
export const renderConfig = (block: Block, indent = ''): string =>
  [...block]
    .map(([header, child]) =>
      child ? `${indent}${header} {\n${renderConfig(child, `${indent}    `)}${indent}}\n` : `${indent}${header};\n`,
    )
    .join('')

/** A line per statement, with all that it stands in. */
export const flatConfig = (block: Block, path = ''): string[] =>
  [...block].flatMap(([header, child]) =>
    child && child.size > 0 ? flatConfig(child, `${path}${header} `) : [`${path}${header}`],
  )

const copy = (block: Block): Block => new Map([...block].map(([header, child]) => [header, child && copy(child)]))

function merge(into: Block, from: Block): void {
  for (const [header, child] of from) {
    const known = into.get(header)
    if (known && child) merge(known, child)
    else if (!into.has(header)) into.set(header, child && copy(child))
  }
}

/** `display inheritance`: what the node's own group says at its place, no groups. */
export function expandConfig(block: Block, node: string): Block {
  const expanded = copy(block)
  expanded.delete('groups')
  expanded.delete(`apply-groups "\${node}"`)
  const group = block.get('groups')?.get(node)
  if (group) merge(expanded, group)
  return expanded
}

/** How many words belong together, where it is not one. */
const WORDS: Record<string, number> = {
  'from-zone': 4,
  policy: 2,
  'source-address': 2,
  'destination-address': 2,
  application: 2,
}
const STATEMENTS = ['source-address', 'destination-address', 'application', 'permit', 'deny', 'reject']

/** "security policies from-zone lan to-zone wan policy p" as headers. */
function headersOf(words: readonly string[]): string[] {
  const headers: string[] = []
  for (let at = 0; at < words.length; ) {
    const count = WORDS[words[at] ?? ''] ?? 1
    headers.push(words.slice(at, at + count).join(' '))
    at += count
  }
  return headers
}

/** One `set` or `delete` of a security policy. */
export type Edit = { verb: 'set' | 'delete'; words: readonly string[] }

const isStatement = (header: string) => STATEMENTS.includes(header.split(' ', 1)[0] ?? '')

function set(root: Block, headers: readonly string[]): void {
  let block = root
  for (const header of headers) {
    if (isStatement(header)) block.set(header, null)
    else {
      const child = block.get(header) ?? new Map()
      block.set(header, child)
      block = child
    }
  }
}

/** Takes it away, with the blocks that are empty then. False when it was not there. */
function remove(block: Block, [header = '', ...rest]: readonly string[]): boolean {
  if (!block.has(header)) return false
  const child = block.get(header)
  if (rest.length === 0) return block.delete(header)
  if (!child || !remove(child, rest)) return false
  if (child.size === 0) block.delete(header)
  return true
}

/** Whether an edit finds what it deletes. */
export const applyEdit = (block: Block, { verb, words }: Edit): boolean => {
  if (verb === 'delete') return remove(block, headersOf(words))
  set(block, headersOf(words))
  return true
}

/** A copy with the edits made. */
export function edited(block: Block, edits: readonly Edit[]): Block {
  const result = copy(block)
  for (const edit of edits) applyEdit(result, edit)
  return result
}

/** Names of the security policies. */
export const policiesOf = (block: Block): Set<string> =>
  new Set(flatConfig(block).flatMap((line) => /^security policies from-zone .* policy (\S+)/.exec(line)?.[1] ?? []))
