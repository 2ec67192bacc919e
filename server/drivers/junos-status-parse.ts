import type { ClusterStatus, GroupStatus, NodeAnswer } from '../domain/cluster'
import { looksLikeRow, parseRow } from './junos-status-rows-parse'
import { deviceLines, isDecoration, MAX_LINE_CHARS, MAX_TABLE_CHARS } from './text-parse'

/** What a text can be; `no-answer` is the driver's to say (exit code, timeout). */
export type ParsedAnswer = Exclude<NodeAnswer, { kind: 'no-answer' }>

const GROUP = /^ *Redundancy[- ]group: *(\d{1,5}) *(?:, *Failover count: *(\d{1,9}))? *$/i
const HEADER = /^ *Node +Priority +Status +Preempt +Manual\b(.*)$/i
const LEGEND_ROW = /^ *[A-Z]{2} +[A-Z]\w/
const FIELD = /^ *([A-Za-z][A-Za-z -]{1,40}): *(.*)$/
const NOT_CLUSTERED = /^ *(?:error: *)?chassis cluster is not enabled/i
/** Lines below a node's row, and versions, that no criterion reads yet; the answer's raw text keeps them. */
const KNOWN_FIELDS =
  /^(takeover ready|transfer ready|forwarding|ha protocol version|peer ha protocol version|session-sync wire version|peer session-sync wire version)$/

type Reading = {
  status: ClusterStatus
  inLegend: boolean
  header: 'none' | 'plain' | 'failures'
  problem: string | null
}

function field(reading: Reading, line: string): boolean {
  const [, name = '', value = ''] = FIELD.exec(line) ?? []
  const { status } = reading
  switch (name.trim().toLowerCase()) {
    case 'cluster id':
      if (!/^\d{1,9}$/.test(value)) return false
      status.clusterId = Number(value)
      return true
    case 'node name':
      status.localNode = value.toLowerCase() || null
      return true
    case 'software version':
      status.softwareVersion = value || null
      return true
    case 'peer software version':
      status.peerSoftwareVersion = value && value !== 'unknown' ? value : null
      return true
    default:
      return KNOWN_FIELDS.test(name.trim().toLowerCase())
  }
}

function openGroup(reading: Reading, match: RegExpExecArray): void {
  const { groups } = reading.status
  const redundancyGroup = Number(match[1])
  if (groups.some((group) => group.redundancyGroup === redundancyGroup))
    reading.problem ??= `redundancy group ${redundancyGroup} is listed twice`
  groups.push({ redundancyGroup, failoverCount: match[2] === undefined ? null : Number(match[2]), nodes: [] })
}

function addRow(reading: Reading, group: GroupStatus | undefined, line: string): void {
  const row = parseRow(line, reading.header === 'failures')
  if (!row) reading.problem ??= `a node's row is cut off or malformed: "${line.trim().slice(0, 120)}"`
  else if (!group) reading.problem ??= `${row.node}'s row stands outside a redundancy group`
  else if (group.nodes.some((other) => other.node === row.node))
    reading.problem ??= `${row.node} is listed twice in redundancy group ${group.redundancyGroup}`
  else group.nodes.push(row)
}

function readTableLine(reading: Reading, line: string): boolean {
  const header = HEADER.exec(line)
  const group = GROUP.exec(line)
  if (header) reading.header = /monitor-?failures/i.test(header[1] ?? '') ? 'failures' : 'plain'
  else if (group) openGroup(reading, group)
  else if (looksLikeRow(line)) addRow(reading, reading.status.groups.at(-1), line)
  else return false
  reading.inLegend = false
  return true
}

function readLine(reading: Reading, line: string): void {
  const { status } = reading
  if (line.length > MAX_LINE_CHARS) status.unparsed.push(line)
  else if (line.trim() === '') reading.inLegend = false
  else if (isDecoration(line)) return
  else if (/^ *Monitor Failure codes:/i.test(line)) reading.inLegend = true
  else if (!readTableLine(reading, line) && !(reading.inLegend && LEGEND_ROW.test(line)) && !field(reading, line))
    status.unparsed.push(line)
}

function problemOf({ status, header, problem }: Reading): string | null {
  if (problem) return problem
  const error = status.unparsed.find((line) => /^ *(error|syntax error|unknown command|warning)\b/i.test(line))
  const said = error ? `; the device said "${error.trim().slice(0, 200)}"` : ''
  if (header === 'none') return `the table of nodes is missing${said}`
  if (status.groups.length === 0) return `the table has no redundancy group${said}`
  const empty = status.groups.find((group) => group.nodes.length === 0)
  return empty ? `redundancy group ${empty.redundancyGroup} has no node; the output is cut off${said}` : null
}

/**
 * `show chassis cluster status` of bpfrx, xpf, vSRX and old Junos. Never throws.
 * Truncated or contradictory text is `garbled` with a reason: half a table must not pass for a cluster.
 */
export function parseClusterStatus(text: string): ParsedAnswer {
  if (text.length > MAX_TABLE_CHARS)
    return { kind: 'garbled', reason: `${text.length} characters are no cluster status`, raw: text }
  const lines = deviceLines(text)
  if (lines.some((line) => line.length <= MAX_LINE_CHARS && NOT_CLUSTERED.test(line)))
    return { kind: 'not-clustered', raw: text }
  const status: ClusterStatus = {
    clusterId: null,
    localNode: null,
    softwareVersion: null,
    peerSoftwareVersion: null,
    groups: [],
    unparsed: [],
  }
  const reading: Reading = { status, inLegend: false, header: 'none', problem: null }
  for (const line of lines) readLine(reading, line)
  if (text.trim() === '') return { kind: 'garbled', reason: 'the answer is empty', raw: text }
  const reason = problemOf(reading)
  return reason ? { kind: 'garbled', reason, raw: text } : { kind: 'status', status, raw: text }
}
