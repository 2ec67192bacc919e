// npm run prove: the long proofs. A whole run writes docs/accuracy.md and docs/proofs.md; exits 1 when one does not hold.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { proveAccuracy } from './accuracy'
import { judgeAlone } from './again'
import { proveAlone } from './alone'
import { proveClockOnEmbedded, proveFaults } from './faults'
import { proveGoneOnEmbedded, proveGoneOnReference } from './gone-for-good'
import { proveInterruptions } from './interruptions'
import { randomFrom } from './random'
import { proveSeededKills } from './seeded-kills'
import { proveSuite } from './suites'
import { type Proof, table } from './table'
import { proveKillsOnReferenceWan } from './wan-kills'
import { proveWanOverlap } from './wan-overlap'

const seed = Number(process.env.SEED ?? Math.floor(Date.now() / 1000) % 1_000_000)
const reference = process.env.REFERENCE_LAB !== '0'
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
const heading = `Commit ${commit}, ${new Date().toISOString().slice(0, 10)}, seed ${seed}.`
const random = randomFrom(seed)
/** Of their own: which lane draws first is chance. */
const [randomOnWan, randomOnEmbedded] = [randomFrom(seed + 1), randomFrom(seed + 2)]
const startedMs = Date.now()

const wanted = process.argv.slice(2)
const wants = (name: string) => wanted.length === 0 || wanted.includes(name)
const isWhole = wanted.length === 0 && reference

const inTurn = async (works: readonly (false | (() => Promise<Proof[]>))[]): Promise<Proof[]> => {
  const proofs: Proof[] = []
  for (const work of works) if (work) proofs.push(...(await work()))
  return proofs
}

const suite = (project: string, what: string) => wants(project) && (() => proveSuite(project, what))

// Beside nothing else: these measure. The rest asks how a run ends and what it is judged, and the labs do so side by side.
const accuracy = wants('accuracy') && reference ? await proveAccuracy(random, Number(process.env.RUNS ?? 20)) : null
if (accuracy && isWhole) writeFileSync('docs/accuracy.md', accuracy.page(heading))
const alone = wants('accuracy') && reference ? await proveAlone() : []
const overlaps = wants('overlap') ? await proveWanOverlap() : []
const sides = await Promise.all([
  inTurn([
    wants('interruptions') && proveInterruptions,
    wants('gone') && proveGoneOnEmbedded,
    wants('faults') && (() => proveClockOnEmbedded(randomOnEmbedded)),
    reference && (wants('kills') || wants('kills-wan')) && (() => proveKillsOnReferenceWan(randomOnWan)),
    suite('vectors', 'Verdict vectors, embedded labs'),
    reference && suite('vectors-reference-wan', 'Verdict vectors, reference WAN lab'),
  ]),
  inTurn([
    wants('gone') && reference && proveGoneOnReference,
    reference && wants('kills') && (() => proveSeededKills(random)),
    reference && wants('faults') && (() => proveFaults(random)),
    reference && suite('vectors-reference', 'Verdict vectors, reference lab'),
  ]),
])
const ended = await judgeAlone([...alone, ...overlaps, ...sides.flat()])
if (isWhole)
  writeFileSync('docs/proofs.md', `# Proofs\n\n${heading} \`npm run prove\` writes this page.\n\n${table(ended)}\n`)

const proofs = [...(accuracy?.proofs ?? []), ...ended]
const failed = proofs.filter(({ ok }) => !ok)
console.log(`\n${table(proofs)}\n\n${heading} ${Math.round((Date.now() - startedMs) / 1000)} s`)
console.log(`${proofs.length - failed.length} passed, ${failed.length} failed, 0 skipped`)
process.exit(failed.length === 0 && proofs.length > 0 ? 0 : 1)
