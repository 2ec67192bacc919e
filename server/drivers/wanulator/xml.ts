import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { AppError } from '../../errors'

/** An element as it stands in its file: tags verbatim, so that what nobody changes is printed byte for byte. */
export type XmlElement = {
  name: string
  /** As written, entities and all. */
  attributes: Readonly<Record<string, string>>
  /** "<a b='c'>", or "<a/>" with an empty `close`. */
  open: string
  children: readonly XmlNode[]
  close: string
}
/** Text, comments and everything else between elements, verbatim. */
export type XmlNode = string | XmlElement
export type XmlDocument = { before: string; root: XmlElement; after: string }

type Parsed = { [name: string]: unknown; [span: symbol]: { startIndex?: number; endIndex?: number } | undefined }

const MAX_CHARS = 256 * 1024
const SPAN = XMLParser.getMetaDataSymbol() as unknown as symbol
const ATTRIBUTES = ':@'

const parser = () =>
  new XMLParser({
    preserveOrder: true,
    captureMetaData: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    // the device's own text: entities stay what they are, and none is ever expanded
    processEntities: false,
    parseAttributeValue: false,
    parseTagValue: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
  })

const unreadable = (what: string): AppError =>
  new AppError('bad-input', `no XML that can be read: ${what}`, {
    hint: 'Open the file in an editor and mend it, or take a preset.',
  })

function spanOf(node: Parsed): { from: number; to: number } | null {
  const { startIndex, endIndex } = node[SPAN] ?? {}
  return startIndex === undefined || endIndex === undefined ? null : { from: startIndex, to: endIndex }
}

/** Index after the ">" that ends the start tag at `from`; quoted ones do not count. */
function endOfTag(source: string, from: number): number {
  const tag = /<(?:[^"'>]|"[^"]*"|'[^']*')*>/y
  tag.lastIndex = from
  if (!tag.test(source)) throw unreadable(`a tag at character ${from} has no end`)
  return tag.lastIndex
}

/** Elements of a list of children, and what stands between them from `from` to `to`. */
function nodesBetween(source: string, parsed: readonly Parsed[], from: number, to: number): XmlNode[] {
  const nodes: XmlNode[] = []
  let at = from
  for (const child of parsed) {
    const span = spanOf(child)
    if (!span) continue
    if (span.from > at) nodes.push(source.slice(at, span.from))
    nodes.push(elementOf(source, child, span))
    at = span.to
  }
  if (to > at) nodes.push(source.slice(at, to))
  return nodes
}

function elementOf(source: string, parsed: Parsed, { from, to }: { from: number; to: number }): XmlElement {
  const [name = '', children] = Object.entries(parsed).find(([key]) => key !== ATTRIBUTES) ?? []
  const openEnd = endOfTag(source, from)
  const open = source.slice(from, openEnd)
  const attributes = (parsed[ATTRIBUTES] ?? {}) as Record<string, string>
  if (openEnd === to) return { name, attributes, open, children: [], close: '' }
  const closeFrom = source.lastIndexOf('</', to)
  const nodes = nodesBetween(source, Array.isArray(children) ? children : [], openEnd, closeFrom)
  return { name, attributes, open, children: nodes, close: source.slice(closeFrom, to) }
}

/** Reads a document of at most 256 K characters. Throws `bad-input` when it is not well-formed. */
export function parseXml(source: string): XmlDocument {
  if (source.length > MAX_CHARS) throw unreadable(`${source.length} characters, expected at most ${MAX_CHARS}`)
  const valid = XMLValidator.validate(source)
  if (valid !== true) throw unreadable(`line ${valid.err.line}: ${valid.err.msg}`)
  let document: XmlDocument | null = null
  try {
    const [root, ...more] = (parser().parse(source) as Parsed[]).filter((node) => spanOf(node))
    const span = root && spanOf(root)
    if (root && span && more.length === 0) {
      const element = elementOf(source, root, span)
      document = { before: source.slice(0, span.from), root: element, after: source.slice(span.to) }
    }
  } catch (cause) {
    throw unreadable(cause instanceof Error ? cause.message : String(cause))
  }
  if (!document) throw unreadable('expected one element at the top')
  if (printXml(document) !== source) throw unreadable('it cannot be kept as it is written')
  return document
}

const printNode = (node: XmlNode): string =>
  typeof node === 'string' ? node : `${node.open}${node.children.map(printNode).join('')}${node.close}`

/** The document as text: what was parsed and not changed, byte for byte. */
export const printXml = ({ before, root, after }: XmlDocument): string => `${before}${printNode(root)}${after}`

const escaped = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** A new element, printed in the way of the WANulator's own files. */
export function xmlElement(
  name: string,
  attributes: Record<string, string>,
  children: readonly XmlNode[] = [],
): XmlElement {
  const words = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`)
  const isEmpty = children.length === 0
  return {
    ...{ name, attributes, children },
    open: `<${name}${words.join('')}${isEmpty ? '/>' : '>'}`,
    close: isEmpty ? '' : `</${name}>`,
  }
}

const ATTRIBUTE = /(\s+)([^\s=/>]+)(\s*=\s*)("[^"]*"|'[^']*')/g

/** The element with an attribute set: where it stands already, or else as its last. The others stay as written. */
export function withAttribute(element: XmlElement, name: string, value: string): XmlElement {
  if (element.attributes[name] === value) return element
  const attributes = { ...element.attributes, [name]: value }
  const written = `"${escaped(value)}"`
  const open = Object.hasOwn(element.attributes, name)
    ? element.open.replace(ATTRIBUTE, (whole, space, key, equals) =>
        key === name ? `${space}${key}${equals}${written}` : whole,
      )
    : element.open.replace(/\s*\/?>$/, (end) => ` ${name}=${written}${end}`)
  return { ...element, attributes, open }
}

/** Child elements of that name. */
export const childrenOf = (element: XmlElement, name: string): XmlElement[] =>
  element.children.filter((child): child is XmlElement => typeof child !== 'string' && child.name === name)
