import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** An import from one part of the tree to another, e.g. "runner" -> "drivers", with the file it stands in. */
export type Arrow = { from: string; to: string; file: string }

/** Who may import whom (DESIGN.md §2). Every part may also import itself, `domain` and `errors`. */
export const ALLOWED: Record<string, readonly string[]> = {
  domain: [],
  errors: [],
  'event-loop': [],
  env: [],
  topology: [],
  transport: [],
  measure: [],
  drivers: ['transport', 'topology'],
  observe: ['drivers', 'topology', 'transport'],
  cases: ['measure'],
  scenarios: ['cases', 'drivers'],
  judging: ['cases', 'store'],
  runner: ['cases', 'drivers', 'observe', 'measure', 'scenarios', 'topology', 'transport'],
  store: ['prisma', 'measure'],
  events: ['store'],
  api: [
    'event-loop',
    'runner',
    'observe',
    'store',
    'events',
    'cases',
    'scenarios',
    'topology',
    'measure',
    'drivers',
    'env',
  ],
  container: [
    'event-loop',
    'api',
    'judging',
    'runner',
    'observe',
    'store',
    'events',
    'cases',
    'scenarios',
    'topology',
    'transport',
    'env',
  ],
  app: ['api', 'container'],
  boot: ['container'],
  instrumentation: ['boot'],
  'labs/embedded': [],
  prisma: [],
}
/** Parts that do no I/O: no node builtin but these, and no client library. */
const PURE = ['domain', 'measure']
const EVERYBODY = ['domain', 'errors']
const IMPORT =
  /(?:^|\n)\s*(import|export)\s+(type\s+)?[^'"\n]*(?:\{[^}]*\}[^'"\n]*)?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g

/** The part of the tree that a file (relative to the root, forward slashes) belongs to; null for tests and scripts. */
export function partOf(file: string): string | null {
  if (/\.(test|spec)\.tsx?$/.test(file)) return null
  if (file.startsWith('labs/embedded/')) return 'labs/embedded'
  if (file.startsWith('prisma/')) return 'prisma'
  if (file.startsWith('app/')) return 'app'
  if (file === 'instrumentation.ts') return 'instrumentation'
  const server = /^server\/([^/.]+)/.exec(file)
  return server?.[1] ?? null
}

/** All modules that a source text imports; `typeOnly` for `import type`. */
export function importsOf(source: string): { module: string; typeOnly: boolean }[] {
  return [...source.matchAll(IMPORT)].map((m) => ({ module: (m[3] ?? m[4]) as string, typeOnly: m[2] !== undefined }))
}

/** What is wrong with one file's imports; empty when it keeps the arrows. */
export function violations(file: string, source: string): string[] {
  const from = partOf(file)
  if (from === null) return []
  const allowed = ALLOWED[from]
  if (!allowed) return [`${file}: "${from}" is not in the list of parts (scripts/arrows.ts)`]
  const found: string[] = []
  for (const { module, typeOnly } of importsOf(source)) {
    const local = module.startsWith('.')
      ? path.posix.normalize(path.posix.join(path.posix.dirname(file), module))
      : module.startsWith('@/')
        ? module.slice(2)
        : null
    if (local === null) {
      if (from === 'domain' && module !== 'zod') found.push(`${file}: domain imports only zod, not "${module}"`)
      else if (PURE.includes(from) && module.startsWith('node:'))
        found.push(`${file}: ${from} does no I/O, not "${module}"`)
      continue
    }
    const to = partOf(`${local}.ts`) ?? partOf(local)
    if (to === null || to === from || EVERYBODY.includes(to) || allowed.includes(to)) {
      if (from === 'app' && to === 'api' && !typeOnly && !file.startsWith('app/api/'))
        found.push(`${file}: the client imports only types from the API, not "${module}"`)
      continue
    }
    if (from === 'app' && file.startsWith('app/api/') && to === 'env') continue
    found.push(`${file}: ${from} -> ${to} ("${module}") is not an allowed arrow`)
  }
  return found
}

/** Every TypeScript file below `root`'s source folders, relative, forward slashes. */
export function sourceFiles(root: string): string[] {
  const folders = ['app', 'server', 'labs', 'prisma']
  return folders
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((f) =>
        path.posix.join(folder, f.split(path.sep).join('/')),
      ),
    )
    .filter((f) => /\.tsx?$/.test(f) && !f.includes('/generated/') && !f.includes('node_modules'))
}

/** All violations in the tree at `root`. */
export const treeViolations = (root: string): string[] =>
  sourceFiles(root).flatMap((file) => violations(file, readFileSync(path.join(root, file), 'utf8')))
