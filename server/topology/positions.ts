import { type Document, isCollection, isMap, isNode, isPair, isScalar, type LineCounter, type Node } from 'yaml'

export type Path = readonly PropertyKey[]

/** Counting from 1; null where the file has no place for it. */
export type Position = { line: number | null; column: number | null }

function childOf(node: Node, key: PropertyKey): Node | null {
  if (!isCollection(node)) return null
  const child = node.get(typeof key === 'symbol' ? key.toString() : key, true)
  return isNode(child) ? child : null
}

function keyNode(node: Node | null, key: string): Node | null {
  if (!isMap(node)) return null
  const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key)
  return isNode(pair?.key) ? pair.key : null
}

/** The node at a path, or the deepest one above it that exists. */
function nearestNode(document: Document, path: Path): Node | null {
  let node = isNode(document.contents) ? document.contents : null
  for (const key of path) {
    const child = node && childOf(node, key)
    if (!child) return node
    node = child
  }
  return node
}

/** Where in the file a path stands; with `key`, where that key of the map at the path stands. */
export function positionOf(document: Document, lines: LineCounter, path: Path, key?: string): Position {
  const at = nearestNode(document, path)
  const node = (key !== undefined && keyNode(at, key)) || at
  const offset = node?.range?.[0]
  if (offset === undefined) return { line: null, column: null }
  const { line, col } = lines.linePos(offset)
  return { line, column: col }
}

/** "cluster.nodes[1].instance"; "the file" for the top. */
export function pathText(path: Path): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return text.replace(/^\./, '') || 'the file'
}
