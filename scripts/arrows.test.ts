import { describe, expect, it } from 'vitest'
import { sourceFiles, treeViolations, violations } from './arrows'

describe('arrows', () => {
  it('the tree keeps them', () => {
    expect(sourceFiles(process.cwd()).length).toBeGreaterThan(50)
    expect(treeViolations(process.cwd())).toEqual([])
  })

  it.each([
    ['server/drivers/x.ts', "import { a } from '../runner/runner'", 'drivers -> runner'],
    ['server/domain/x.ts', "import { a } from 'node:fs'", 'domain imports only zod'],
    ['server/measure/x.ts', "import { readFileSync } from 'node:fs'", 'does no I/O'],
    ['server/cases/x.ts', "import { a } from '@/server/store/runs'", 'cases -> store'],
    ['server/runner/x.ts', "import {\n  a,\n  b,\n} from '../store/runs'", 'runner -> store'],
    ['labs/embedded/x.ts', "import { parse } from '../../server/drivers/ping-parse'", 'labs/embedded -> drivers'],
    ['server/api/x.ts', "import { w } from '../../labs/embedded/world'", 'api -> labs/embedded'],
    ['app/x.tsx', "import { appRouter } from '@/server/api/router'", 'only types from the API'],
    ['server/store/x.ts', "const a = await import('../runner/runner')", 'store -> runner'],
  ])('finds a planted one in %s', (file, source, message) => {
    expect(violations(file, source).join()).toContain(message)
  })

  it.each([
    ['app/x.tsx', "import type { AppRouter } from '@/server/api/router'"],
    ['server/runner/x.ts', "import { z } from 'zod'\nimport { exec } from '../drivers/place'"],
  ])('lets a right one in %s pass', (file, source) => {
    expect(violations(file, source)).toEqual([])
  })
})
