import type { IFileSystem } from 'just-bash'

/** A shell pattern as a regular expression over the whole string. */
export function patternToRegExp(pattern: string): RegExp {
  let source = ''
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] as string
    if (char === '\\') source += (pattern[++i] ?? '\\').replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
    else if (char === '*') source += '[\\s\\S]*'
    else if (char === '?') source += '[\\s\\S]'
    else if (char === '[' && pattern.indexOf(']', i + 2) > 0) {
      const end = pattern.indexOf(']', i + 2)
      source += `[${pattern
        .slice(i + 1, end)
        .replace(/^!/, '^')
        .replace(/\\/g, '\\\\')}]`
      i = end
    } else source += char.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  }
  return new RegExp(`^${source}$`)
}

/** Pathname expansion; empty when nothing matches. */
export async function glob(fs: IFileSystem, cwd: string, pattern: string): Promise<string[]> {
  let found = [pattern.startsWith('/') ? '/' : '']
  for (const part of pattern.split('/').filter((p) => p !== '')) {
    const regExp = patternToRegExp(part)
    const next: string[] = []
    for (const base of found) {
      const dir = fs.resolvePath(cwd, base || '.')
      const names = await fs.readdir(dir).catch(() => [] as string[])
      for (const name of names.sort()) {
        if (regExp.test(name) && (part.startsWith('.') || !name.startsWith('.'))) {
          next.push(base === '' ? name : `${base.replace(/\/$/, '')}/${name}`)
        }
      }
    }
    found = next
  }
  return found
}
