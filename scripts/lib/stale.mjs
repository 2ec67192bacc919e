import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const SKIP = new Set(['node_modules', '.next', 'generated', 'data', '.git'])

function* files(entry) {
  if (!existsSync(entry)) return
  if (statSync(entry).isFile()) {
    yield entry
    return
  }
  for (const child of readdirSync(entry, { withFileTypes: true })) {
    if (SKIP.has(child.name) || child.name.endsWith('.test.ts') || child.name.endsWith('.test.tsx')) continue
    const name = path.join(entry, child.name)
    if (child.isDirectory()) yield* files(name)
    else if (child.isFile()) yield name
  }
}

/** Hash over the content of files and folders, so that a checkout's mtimes do not matter. */
export function fingerprint(...entries) {
  const hash = createHash('sha256').update(process.version)
  for (const entry of entries) for (const file of files(entry)) hash.update(file).update(readFileSync(file))
  return hash.digest('hex')
}

/** Runs `make` unless the stamp file already carries this fingerprint; writes the stamp after success. */
export async function unlessFresh(stampFile, print, make) {
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === print) return false
  await make()
  mkdirSync(path.dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, print)
  return true
}
