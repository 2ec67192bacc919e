import type { z } from 'zod'
import { type Path, pathText } from './positions'

/** What is wrong at a path of the lab file; `key` when it is one key of the map there. */
export type LabIssue = { path: Path; key?: string; message: string }

type ZodIssue = z.core.$ZodIssue

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (value !== null && typeof value === 'object' ? Reflect.get(value, key) : undefined),
    data,
  )
}

function found(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

const WORDS: Record<string, string> = {
  array: 'a list',
  object: 'a map',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

const FORMATS: Record<string, string> = {
  ipv4: 'an IPv4 address (10.0.60.1)',
  cidrv4: 'an IPv4 address with its prefix length (10.0.60.1/24)',
}

function expected(issue: ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${WORDS[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `expected ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`
    case 'invalid_format': {
      const known = FORMATS[issue.format]
      return known ? `expected ${known}` : lower(issue.message)
    }
    case 'too_small':
      return `expected ${sizeText(issue.origin, issue.inclusive ? 'at least' : 'more than', issue.minimum)}`
    case 'too_big':
      return `expected ${sizeText(issue.origin, issue.inclusive ? 'at most' : 'less than', issue.maximum)}`
    case 'invalid_key':
      return alternative(issue.issues)
    case 'invalid_union':
      return `expected one of: ${[...new Set(alternatives(issue))].join('; or ')}`
    default:
      return lower(issue.message)
  }
}

function sizeText(origin: string, relation: string, limit: number | bigint): string {
  if (origin === 'array') return `a list of ${relation} ${limit}`
  if (origin === 'string') return `${relation} ${limit} character${limit === 1 ? '' : 's'}`
  return `${relation} ${limit}`
}

const lower = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1)

const alternative = (issues: readonly ZodIssue[]): string =>
  issues.map((issue) => `${issue.path.length > 0 ? `${pathText(issue.path)}: ` : ''}${expected(issue)}`).join(', ')

/** Of a union within a union as well. */
const alternatives = ({ errors }: z.core.$ZodIssueInvalidUnion): string[] =>
  errors.flatMap((issues) => {
    const [only] = issues
    return issues.length === 1 && only?.code === 'invalid_union' ? alternatives(only) : [alternative(issues)]
  })

/** A zod issue in an engineer's words, with what was found instead. One issue per unknown key. */
export function labIssues(issue: ZodIssue, data: unknown): LabIssue[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path, key, message: `${pathText(path)}: "${key}" is not known here` }))
  }
  const value = valueAt(data, path)
  const where = pathText(path)
  if (value === undefined) return [{ path, message: `${where} is missing: ${expected(issue)}` }]
  if (issue.code === 'custom') return [{ path, message: `${where}: ${lower(issue.message)}` }]
  return [{ path, message: `${where}: ${expected(issue)}, found ${found(value)}` }]
}
