import type { NodeRow, NodeState } from '../domain/cluster'

const STATES: Record<string, NodeState> = {
  primary: 'primary',
  secondary: 'secondary',
  'secondary-hold': 'secondary-hold',
  hold: 'hold',
  lost: 'lost',
  disabled: 'disabled',
  ineligible: 'ineligible',
}

const MAX_ROW_CHARS = 512

const ROW = /^ *(node\d{1,3}) (\d{1,5}|n\/a|-) ([A-Za-z][\w-]*(?: hold)?(?: ?\([^)]*\))?) (\S+) (\S+)(?: (\S.*))?$/i

/** True for a line that claims to be a node's row, whether or not it is whole. */
export const looksLikeRow = (line: string): boolean => /^ *node\d{1,3}(?: |$)/i.test(line)

const flag = (text: string): boolean | null | undefined =>
  ({ yes: true, no: false, 'n/a': null })[text.toLowerCase() as 'yes' | 'no' | 'n/a']

/** Codes of the Monitor-failures column; undefined where the text was cut off or is none of its shapes. */
function failureCodes(text: string): string[] | undefined {
  if (/^(none|n\/a|-)$/i.test(text)) return []
  if (text.endsWith(',')) return undefined
  const codes = text.split(/[ ,]+/)
  const cut = (code: string) => code.length < 2 || /^(no|non|n\/)$/i.test(code)
  return codes.some((code) => cut(code) || !/^[\w./:-]+$/.test(code)) ? undefined : codes
}

/**
 * One row of the status table; null when it is cut off or malformed.
 * @param hasFailures the header has a Monitor-failures column (old Junos has none), so a row without it is cut off
 */
export function parseRow(line: string, hasFailures: boolean): NodeRow | null {
  // blanks collapsed first, so that no rule can backtrack over a long run of them
  const match = line.length > MAX_ROW_CHARS ? null : ROW.exec(line.replace(/ +/g, ' '))
  if (!match) return null
  const [, node = '', priority = '', stateText = '', preemptText = '', manualText = '', failures] = match
  const preempt = flag(preemptText)
  const manual = flag(manualText)
  const monitorFailures = failures === undefined ? (hasFailures ? undefined : []) : failureCodes(failures)
  if (preempt === undefined || manual === undefined || !monitorFailures) return null
  const word = stateText
    .replace(/ *\(.*$/, '')
    .toLowerCase()
    .replace(/[ _]/g, '-')
  const state = Object.hasOwn(STATES, word) ? (STATES[word] ?? 'unknown') : 'unknown'
  return {
    node: node.toLowerCase(),
    priority: /^\d/.test(priority) ? Number(priority) : null,
    state,
    stateText,
    preempt,
    manual,
    monitorFailures,
  }
}
