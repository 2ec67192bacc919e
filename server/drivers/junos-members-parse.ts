/** Words, braces and ends of statements; quoted text is one word, comments are dropped. */
const TOKEN = /\/\*[\s\S]*?\*\/|#[^\n]*|"(?:\\.|[^"\\\n])*"|[{};]|[^\s{};"]+/g

/** Statements of a Junos configuration, curly or `set`, each as its words from the top; inactive ones are left out. */
function* statements(config: string): Generator<string[]> {
  const above: string[][] = []
  let words: string[] = []
  for (const [token] of config.matchAll(TOKEN)) {
    if (token.startsWith('/*') || token.startsWith('#')) continue
    if (token === '{') {
      above.push(words)
      words = []
    } else if (token === '}' || token === ';') {
      if (words.length > 0) yield [...above.flat(), ...words]
      words = []
      if (token === '}') above.pop()
    } else if (token === 'set' && above.length === 0) {
      if (words.length > 0) yield words
      words = []
    } else words.push(token.replace(/^"|"$/g, ''))
  }
  if (words.length > 0) yield [...above.flat(), ...words]
}

/** What a configuration says of its interfaces: every one that it names, and the RETH that a member belongs to. */
export type ConfiguredInterfaces = { names: Set<string>; rethOf: Map<string, string> }

/** Out of `show configuration`; null when it has no statement on interfaces at all. Never throws. */
export function parseConfiguredInterfaces(config: string): ConfiguredInterfaces | null {
  const names = new Set<string>()
  const rethOf = new Map<string, string>()
  for (const words of statements(config.replaceAll('\r', ''))) {
    if (words.includes('inactive:')) continue
    const at = words[0] === 'groups' ? 2 : 0
    const name = words[at + 1]
    if (words[at] !== 'interfaces' || name === undefined) continue
    names.add(name)
    const parent = words.indexOf('redundant-parent', at)
    const reth = parent === -1 ? undefined : words[parent + 1]
    if (reth !== undefined) rethOf.set(name, reth)
  }
  return names.size === 0 ? null : { names, rethOf }
}
