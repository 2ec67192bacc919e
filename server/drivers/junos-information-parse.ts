import type { ClusterInformation } from '../domain/cluster'
import { deviceLines, isDecoration, MAX_LINE_CHARS, MAX_TABLE_CHARS, nodeHeader } from './text-parse'

const JUNOS_GROUP = /^ *Redundancy Group (\d{1,5}) *, *Current State: *([\w-]+) *, *Weight: *(\d{1,5})$/i
const BPFRX_GROUP = /^ *Redundancy group (\d{1,5}):$/i
const NODE_ID = /^ *Node ID: *(\d{1,3})$/i
const PRIORITY = /^ *Local priority: *(\d{1,5})$/i
const WEIGHT = /^ *Weight: *(\d{1,5})(?:\/\d{1,5})?\b/i

/**
 * `show chassis cluster information`: the weight of each node in each redundancy group, in the shapes of Junos
 * (`Redundancy Group 0 , Current State: primary, Weight: 255` under `node0:`) and bpfrx (`Redundancy group 0:` with
 * indented fields). Never throws; everything else, histories among it, is in `unparsed`.
 * @param asked the node that was asked: used where the text does not name one
 */
export function parseClusterInformation(text: string, asked = 'unknown'): ClusterInformation {
  const result: ClusterInformation = { weights: [], unparsed: [] }
  if (text.length > MAX_TABLE_CHARS) return { ...result, unparsed: [text] }
  let node = asked
  let group: number | null = null
  let priority: number | null = null
  for (const line of deviceLines(text)) {
    if (line.length > MAX_LINE_CHARS) {
      result.unparsed.push(line)
      continue
    }
    if (isDecoration(line)) continue
    const header = nodeHeader(line) ?? nodeFromId(line)
    const [, junosGroup, , junosWeight] = JUNOS_GROUP.exec(line) ?? []
    const bpfrxGroup = BPFRX_GROUP.exec(line)?.[1]
    const priorityText = group === null ? undefined : PRIORITY.exec(line)?.[1]
    const weightText = group === null ? undefined : WEIGHT.exec(line)?.[1]
    if (header) node = header
    else if (junosGroup)
      result.weights.push({ node, redundancyGroup: Number(junosGroup), weight: Number(junosWeight), priority: null })
    else if (bpfrxGroup) {
      group = Number(bpfrxGroup)
      priority = null
    } else if (priorityText) priority = Number(priorityText)
    else if (weightText && group !== null) {
      result.weights.push({ node, redundancyGroup: group, weight: Number(weightText), priority })
      group = null
    } else if (!/^ *Redundancy Group Information:?$/i.test(line)) result.unparsed.push(line)
  }
  return result
}

function nodeFromId(line: string): string | null {
  const id = NODE_ID.exec(line)?.[1]
  return id === undefined ? null : `node${id}`
}
