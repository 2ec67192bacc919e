import type { FlowSession } from '../domain/cluster'
import { deviceLines, isDecoration, MAX_LINE_CHARS, nodeHeader } from './text-parse'

/** One answer to `show security flow session`; `total` as the device counts it (summed over node blocks). */
export type FlowSessions = { sessions: FlowSession[]; total: number | null; unparsed: string[] }

const SESSION = /^ *Session ID: *(\d{1,20}) *,(.*)$/i
const WING = /^ *(In|Out): *(\S{3,80}) +-+> +([^\s;,]{3,80});(\w{1,16})\b/i
const NAT = /^ *NAT: *(src|dst) +(\S{3,80}) +-> +([^\s,;]{3,80})/i
const TOTAL = /^ *(?:Total sessions|Sessions-in-use): *(\d{1,12})$/i
const COUNTER = /^ *[A-Za-z][A-Za-z -]{0,60}: *(?:\d{1,12}|unknown)$/
const OTHER = /^ *(Application|Conn Tag): /i

type Draft = { node: string | null; id: string; head: string; lines: string[]; session: FlowSession | null }

/** `10.0.0.1/80`, `10.0.0.1:80`, `2001:db8::1/80`, `[2001:db8::1]:80` as `addr:port`; IPv6 in brackets. */
function endpoint(text: string): string {
  const slash = text.lastIndexOf('/')
  const at = slash > 0 ? slash : text.lastIndexOf(':')
  if (at <= 0) return text
  const address = text.slice(0, at).replace(/^\[|\]$/g, '')
  return `${address.includes(':') ? `[${address}]` : address}:${text.slice(at + 1)}`
}

const option = (head: string, name: RegExp): string | null => name.exec(head)?.[1]?.trim() ?? null

function startSession(draft: Draft, source: string, destination: string, protocol: string): void {
  const ha = option(draft.head, /\bHA State: *(Active|Backup)\b/i)?.toLowerCase()
  const timeout = option(draft.head, /\bTimeout: *(\d{1,10})/i)
  draft.session = {
    node: draft.node,
    id: draft.id,
    protocol: protocol.toLowerCase(),
    source: endpoint(source),
    destination: endpoint(destination),
    natSource: null,
    state: option(draft.head, /(?:^|, *)(?:Session )?State: *([^,]{1,80})/i),
    haState: ha === 'active' || ha === 'backup' ? ha : null,
    timeoutS: timeout === null ? null : Number(timeout),
  }
}

function readDetail(draft: Draft | null, line: string): boolean {
  if (!draft) return false
  const [, wing, from = '', to = '', protocol = ''] = WING.exec(line) ?? []
  if (wing?.toLowerCase() === 'in' && !draft.session) {
    startSession(draft, from, to, protocol)
    return true
  }
  if (!draft.session) return false
  if (wing?.toLowerCase() === 'out') {
    const translated = endpoint(to)
    if (translated !== draft.session.source) draft.session.natSource = translated
    return true
  }
  const [, kind, , after = ''] = NAT.exec(line) ?? []
  if (kind?.toLowerCase() === 'src') draft.session.natSource = endpoint(after)
  return kind !== undefined
}

/**
 * `show security flow session` in the shapes of bpfrx (`NAT: src …`) and vSRX (NAT visible in `Out:`), per `nodeN:` block
 * or without. Never throws, linear in the text. A session without its `In:` line is cut off: it is kept in `unparsed`.
 * ICMP shows its id as port.
 */
export function parseFlowSessions(text: string): FlowSessions {
  const result: FlowSessions = { sessions: [], total: null, unparsed: [] }
  let node: string | null = null
  let draft: Draft | null = null
  const close = () => {
    if (draft?.session) result.sessions.push(draft.session)
    else if (draft) result.unparsed.push(...draft.lines)
    draft = null
  }
  for (const line of deviceLines(text)) {
    if (line.length > MAX_LINE_CHARS) {
      result.unparsed.push(line)
      continue
    }
    if (isDecoration(line)) continue
    const header = nodeHeader(line)
    const [, id, head = ''] = SESSION.exec(line) ?? []
    const total = TOTAL.exec(line)?.[1]
    if (header || id || total) close()
    if (header) node = header
    else if (id) draft = { node, id, head, lines: [line], session: null }
    else if (total) result.total = (result.total ?? 0) + Number(total)
    else if (!readDetail(draft, line) && !COUNTER.test(line) && !OTHER.test(line)) result.unparsed.push(line)
  }
  close()
  return result
}

/**
 * What a node says of its own table, in an answer that may hold the other node's as well; null when it does not: without
 * a count nobody can tell an empty table from none.
 */
export function ownFlowSessions(text: string, node: string): FlowSession[] | null {
  const headers = deviceLines(text).flatMap((line) => nodeHeader(line) ?? [])
  const { sessions, total } = parseFlowSessions(text)
  if (total === null || (headers.length > 0 && !headers.includes(node))) return null
  return sessions.filter((session) => session.node === null || session.node === node)
}
