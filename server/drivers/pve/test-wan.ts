import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** For tests: the example of a WAN lab, as its file says it (unparsed defaults). */
export const exampleWanLab = (): Record<string, unknown> => parse(readFileSync('labs/byu-wan.example.yaml', 'utf8'))
