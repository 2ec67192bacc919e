import { test } from 'vitest'
import { labAndApp } from './fixture'
import { expectPass } from './pass'

const lab = labAndApp()

test.each<[string, Record<string, unknown>]>([
  ['TC-7', { how: 'remove-device' }],
  ['TC-7', { how: 'vf-link-down' }],
  ['TC-8', { durationS: 20 }],
  ['TC-8', { durationS: 20, compareSecondaryOff: true, direction: 'download' }],
  ['TC-9', {}],
  ['TC-10', { how: 'remove-device' }],
  ['TC-10', { how: 'cut-bridge' }],
])('%s %o passes, does what its plan says, and leaves the lab as it was', (caseId, params) =>
  expectPass(lab, caseId, params),
)
