import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { type AnyLab, type Host, LabSchema, WanLabSchema } from '../domain/lab'
import { AppError } from '../errors'
import { type LabIssue, labIssues } from './issues'
import { positionOf } from './positions'
import { crossReferenceIssues } from './validate'

/** Counting from 1; null where the file as a whole is meant. */
export type LabFileProblem = { line: number | null; column: number | null; message: string }

export type LoadedLab =
  | { ok: true; file: string; lab: AnyLab }
  /** `id` is what the file says, if it got that far. */
  | { ok: false; file: string; id: string | null; errors: LabFileProblem[] }

const MAX_BYTES = 1_000_000
/** Far above any honest use of anchors, far below what a nest of them makes of a short file. */
const MAX_ALIASES = 100
const MAX_PROBLEMS = 50

const problem = (message: string, line: number | null = null, column: number | null = null): LabFileProblem => ({
  line,
  column,
  message,
})

function syntaxProblems(document: Document, lines: LineCounter): LabFileProblem[] {
  return document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0])
    return problem(error.message.split(/ at line \d+/, 1)[0] ?? error.message, line, col)
  })
}

function dataOf(document: Document): { data: unknown } | LabFileProblem {
  try {
    return { data: document.toJS({ maxAliasCount: MAX_ALIASES }) }
  } catch (error) {
    return problem(`anchors: ${error instanceof Error ? error.message : String(error)}`, 1, 1)
  }
}

function keyFilePath(file: string, keyFile: string): string {
  if (keyFile.startsWith('~/')) return join(homedir(), keyFile.slice(2))
  return isAbsolute(keyFile) ? keyFile : resolve(dirname(file), keyFile)
}

const withKeyFile = (file: string, host: Host): Host =>
  host.keyFile ? { ...host, keyFile: keyFilePath(file, host.keyFile) } : host

function idOf(data: unknown): string | null {
  const id = data !== null && typeof data === 'object' && 'id' in data ? data.id : null
  return typeof id === 'string' ? id : null
}

/** Without anything of a cluster it is a lab of a WAN alone: its errors are about that, too. */
const schemaFor = (data: unknown): typeof LabSchema | typeof WanLabSchema => {
  const has = (key: string) => data !== null && typeof data === 'object' && Object.hasOwn(data, key)
  return has('wan') && !['cluster', 'containers', 'instances'].some(has) ? WanLabSchema : LabSchema
}

/** A lab file's text as a lab, key files as absolute paths; else every problem with line, column and expectation. */
export function parseLab(text: string, file: string): LoadedLab {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const failed = (errors: LabFileProblem[], id: string | null = null): LoadedLab => ({
    ok: false,
    file,
    id,
    errors: errors.slice(0, MAX_PROBLEMS),
  })
  if (document.errors.length > 0) return failed(syntaxProblems(document, lines))
  const read = dataOf(document)
  if ('message' in read) return failed([read])
  const placed = ({ path, key, message }: LabIssue): LabFileProblem => {
    const { line, column } = positionOf(document, lines, path, key)
    return problem(message, line, column)
  }
  const parsed = schemaFor(read.data).safeParse(read.data)
  const issues = parsed.success
    ? crossReferenceIssues(parsed.data)
    : parsed.error.issues.flatMap((issue) => labIssues(issue, read.data))
  if (!parsed.success || issues.length > 0) return failed(issues.map(placed), idOf(read.data))
  return { ok: true, file, lab: { ...parsed.data, hosts: parsed.data.hosts.map((host) => withKeyFile(file, host)) } }
}

function unreadable(file: string, cause: NodeJS.ErrnoException): LabFileProblem {
  if (cause.code === 'ENOENT') return problem(`${file} does not exist; check LABS`)
  if (cause.code === 'EACCES') return problem(`${file} may not be read by the app; check its rights`)
  return problem(`${file} cannot be read: ${cause.message}`)
}

/** Reads a lab file. Never rejects: what is wrong with it is in the result. */
export async function loadLab(path: string): Promise<LoadedLab> {
  const file = resolve(path)
  const failed = (error: LabFileProblem): LoadedLab => ({ ok: false, file, id: null, errors: [error] })
  try {
    const { size } = await stat(file)
    if (size > MAX_BYTES) return failed(problem(`${file} has ${size} bytes; expected a lab file of at most 1 MB`))
    return parseLab(await readFile(file, 'utf8'), file)
  } catch (cause) {
    return failed(unreadable(file, cause as NodeJS.ErrnoException))
  }
}

/** "lab.yaml:12:7: expected …", one line per problem. */
export const problemText = (file: string, { line, column, message }: LabFileProblem): string =>
  line === null ? message : `${file}:${line}:${column}: ${message}`

/** A broken lab file as an error to throw. */
export const labFileError = ({ file, errors }: Extract<LoadedLab, { ok: false }>): AppError =>
  new AppError('lab-file', errors.map((error) => problemText(file, error)).join('\n'), {
    hint: 'Mend the lab file and load it again; labs/example.yaml explains every key.',
  })
