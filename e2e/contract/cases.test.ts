import { test } from 'vitest'
import { labAndApp } from './fixture'
import { expectPass } from './pass'

const lab = labAndApp()

// In two files: the longest of all, and files run side by side.
test.each<[string, Record<string, unknown>]>([
  ['TC-1', {}],
  ['TC-2', { durationS: 5 }],
  ['TC-3', { mode: 'kill-9' }],
  ['TC-3', { mode: 'clean-stop' }],
  ['TC-3', { mode: 'force-stop' }],
  ['TC-4', {}],
  ['TC-5', {}],
  ['TC-6', {}],
])('%s %o passes, does what its plan says, and leaves the lab as it was', (caseId, params) =>
  expectPass(lab, caseId, params),
)
