import type { ClusterInterfaces } from '../domain/cluster'
import { deviceLines, isDecoration, MAX_LINE_CHARS, MAX_TABLE_CHARS } from './text-parse'

const LINK = /^ *(Control|Fabric) link(?: \d{1,2})? status: *(Up|Down) *$/i
const SECTION =
  /^ *(Control interfaces|Fabric interfaces|Redundant-ethernet Information|Redundant-pseudo-interface Information|Interface Monitoring):$/i
const RETH = /^ *(reth\d{1,4}) +(Up|Down) +(\d{1,5}|Not configured)$/i
const MONITORED = /^ *(\S{1,64}) +(\d{1,5}) +(Up|Down)(?: *\/ *(Up|Down))? +(\d{1,5})$/i
const COLUMN_TITLES = /^ *(Index +Interface|Name +(Status|Child-interface)|Interface +Weight|\(Physical\/Monitored\))/i
const MEMBER = /^ *(\d{1,2} +\S+ +(Up|Down)\b|fab\d\b|lo\d+ +(Up|Down)\b)/i

const isUp = (text: string | undefined) => text?.toLowerCase() === 'up'

/**
 * `show chassis cluster interfaces`, reduced to what TC-1 judges. Never throws; what it does not find stays null or
 * empty, and lines that no rule knows (a row cut off, say) are in `unparsed`.
 */
export function parseClusterInterfaces(text: string): ClusterInterfaces {
  const result: ClusterInterfaces = {
    controlLinkUp: null,
    fabricLinkUp: null,
    reths: [],
    monitored: [],
    unparsed: [],
  }
  if (text.length > MAX_TABLE_CHARS) return { ...result, unparsed: [text] }
  let section = ''
  for (const line of deviceLines(text)) {
    if (line.length > MAX_LINE_CHARS) result.unparsed.push(line)
    else if (isDecoration(line) || COLUMN_TITLES.test(line)) continue
    else if (SECTION.test(line)) section = SECTION.exec(line)?.[1]?.toLowerCase() ?? ''
    else if (!readRow(result, section, line)) result.unparsed.push(line)
  }
  return result
}

function readRow(result: ClusterInterfaces, section: string, line: string): boolean {
  const link = LINK.exec(line)
  if (link) {
    const key = link[1]?.toLowerCase() === 'control' ? 'controlLinkUp' : 'fabricLinkUp'
    // with two links of a kind, one that is up keeps the cluster together
    result[key] = result[key] === true || isUp(link[2])
    return true
  }
  if (section === 'interface monitoring') {
    const [, name, weight, physical, monitored, group] = MONITORED.exec(line) ?? []
    if (!name) return false
    const up = isUp(physical) && isUp(monitored ?? physical)
    result.monitored.push({ name, weight: Number(weight), up, redundancyGroup: Number(group) })
    return true
  }
  const [, name, state, group = ''] = RETH.exec(line) ?? []
  if (!name) return section !== '' && MEMBER.test(line)
  result.reths.push({ name, up: isUp(state), redundancyGroup: /^\d/.test(group) ? Number(group) : null })
  return true
}
