import { z } from 'zod'
import type { Step } from '../domain/case'
import { type Direction, GOOD, IMPAIRED_BY, type Impairment, impairmentText, roundTrip } from '../domain/impairment'
import type { WanLab } from '../domain/lab'
import { type WanLink, wanLinks } from '../domain/wan'
import type { NicCapture } from '../domain/wan-run'
import { AppError } from '../errors'
import type { Choices } from './define'
import { step } from './steps'

/** Nobody sends but the router: what it sends by itself is learned; then the traffic alone is learned. */
const IDLE_MS = 6000
const LOADED_MS = 6000
/** Of this the run needs some to know what is normal on a link. */
export const LEAST_PART_MS = 5000
/** A login, a change and a logout on a serial console, with room for a slow one. */
const CONSOLE_MS = 45_000

export const wanNeeds = ({ wan, targets }: WanLab): string | null => {
  if (wanLinks(wan).length < 2) return 'The lab file names fewer than two whole links (router port, WANulator, ISP).'
  return targets.length > 0 ? null : 'The lab file names no target that a host of it can ping.'
}

/** The router's side is always captured: what is told of the links is told from it. */
const ROUTER_SIDE = 'router'
const BOTH_SIDES = 'both'

/** On which NICs packets are captured. */
export const captureChoices = ({ wan }: WanLab): Choices => ({
  capture: [
    { value: ROUTER_SIDE, title: "The router's side of every link" },
    { value: BOTH_SIDES, title: 'Both sides of every link' },
    ...wanLinks(wan).map(({ isp, toIsp: { nic } }) => ({
      value: nic.name,
      title: `The router's side, and ${nic.name} (${isp.title})`,
    })),
  ],
})

export const linkChoices = (lab: WanLab): Choices => ({
  link: wanLinks(lab.wan).map(({ id, isp }) => ({ value: id, title: isp.title })),
  ...captureChoices(lab),
})

/** NICs that a choice adds to those of the router's side. */
export function chosenNics({ wan }: WanLab, choice: string): string[] {
  const sides = wanLinks(wan).map(({ toIsp: { nic } }) => nic.name)
  return choice === BOTH_SIDES ? sides : sides.filter((name) => name === choice)
}

const http = z.boolean().default(false).meta({
  title: 'Send HTTP load',
  description: 'By locust from the host that wan.requests in the lab file names.',
})
/** `parts`: the shortest may not be too short to know what is normal. */
export const wanParams = (durationS: number, parts: number) => ({
  durationS: z
    .number()
    .min((parts * LEAST_PART_MS) / 1000)
    .max(86_400)
    .default(durationS)
    .meta({ title: 'Duration', unit: 's', description: 'Of the whole sequence, from the first traffic to the end.' }),
  probe: z
    .enum(['ping', 'fping'])
    .default('ping')
    .meta({ title: 'Probe', description: 'fping answers no faster than every 10 ms, and no finer than 1 ms.' }),
  capture: z.string().default(ROUTER_SIDE).meta({
    title: 'Capture on',
    description: 'Headers only, each way. Gaps and paths are told by the router side, whatever else is captured.',
  }),
  http,
})
export const linkParam = z.string().default('').meta({ title: 'Link' })

/** Both directions of every link on the router's side, which shows what the router sends whatever becomes of it; `more` NICs. */
const capturesOf = (links: readonly WanLink[], more: readonly string[]): NicCapture[] =>
  [...new Set([...links.map(({ toRouter }) => toRouter.nic.name), ...more])].flatMap((nic): NicCapture[] => [
    { nic, direction: 'in' },
    { nic, direction: 'out' },
  ])

export const linkNamed = (lab: WanLab, id: string): WanLink => {
  const links = wanLinks(lab.wan)
  const link = links.find((candidate) => candidate.id === id) ?? (id === '' ? links[0] : undefined)
  if (link) return link
  throw new AppError('bad-input', `there is no link "${id}"`, {
    hint: `There are: ${links.map((each) => each.id).join(', ')}.`,
  })
}

/** "Starlink-1: 15 % loss each way (28 % round trip)" */
function titleOf({ isp }: WanLink, impairment: Impairment): string {
  const { lossPercent, delayMs } = roundTrip(impairment)
  const both = [lossPercent > 0 ? `${lossPercent.toFixed(0)} % loss` : '', delayMs > 0 ? `${delayMs} ms` : '']
  const trip = both.filter(Boolean).join(', ')
  return `${isp.title}: ${impairmentText(impairment)}${trip ? ` (round trip ${trip})` : ''}`
}

export const eachWay = (direction: Direction): Impairment => ({ toIsp: direction, toRouter: direction })

/** One link changed, as an action. `event`: what it is to the run. */
export const impairAction = (
  link: WanLink,
  impairment: Impairment,
  event: 'failover' | 'reversion',
): Step['actions'][number] => ({
  ...{ kind: 'impair', link: link.id, impairment, event, title: titleOf(link, impairment) },
  mode: IMPAIRED_BY,
  undo: event === 'failover' ? [{ kind: 'link-good', vm: link.wanulator.vm }] : [],
})

export const goodAgain = (link: WanLink): Step['actions'][number] => impairAction(link, eachWay(GOOD), 'reversion')

/** A stretch of the sequence: what is changed at its beginning, and for how long the traffic then runs. */
export type Part = {
  id: string
  title: string
  changes: Step['actions']
  ms: number
  /** Where the changes take longer than a dialogue on a console each. */
  budgetMs?: number
}

/** `nics`: captured besides those of the links' router sides. */
type Given = { durationS: number; http: boolean; probe: 'ping' | 'fping'; nics: readonly string[] }

/** A whole case: preflight, what the router sends by itself, the traffic, the parts, the end. */
export function wanSteps(lab: WanLab, given: Given, parts: readonly Part[]): Step[] {
  const links = wanLinks(lab.wan)
  const captures = capturesOf(links, given.nics)
  const targets = lab.targets.map(({ id }) => id)
  const changes = parts.reduce((sum, part) => sum + part.changes.length, 0)
  const streamsS = Math.ceil(given.durationS + (IDLE_MS + LOADED_MS + changes * CONSOLE_MS) / 1000 + 60)
  const { requests } = lab.wan
  if (given.http && !requests)
    throw new AppError('bad-input', 'the lab file names no HTTP servers for a load', {
      hint: 'Add wan.requests to it, or leave "Send HTTP load" off.',
    })
  const load = given.http && requests ? { ...requests, from: { host: requests.host }, durationS: streamsS } : null
  const tools = [...new Set(['ping', given.probe, 'socat', 'ss', 'tcpdump']), ...(load ? ['locust'] : [])]
  return [
    step('preflight', 'Preflight: every WANulator reads good', 120_000, [{ kind: 'preflight', targets, tools }]),
    step('capture', "Capture; learn the router's own packets", IDLE_MS + 30_000, [
      { kind: 'start-wan-capture', captures, durationS: streamsS },
      { kind: 'run-probes', durationMs: IDLE_MS },
    ]),
    step('traffic', 'Start the traffic; learn it', LOADED_MS + 30_000, [
      // Before the first packet of it: one of the traffic's lengths among the router's own could not be told any more.
      { kind: 'wan-phase', phase: 'loaded' },
      { kind: 'start-probes', targets, durationS: streamsS, tool: given.probe },
      ...(load ? [{ kind: 'start-requests' as const, load }] : []),
      { kind: 'run-probes', durationMs: LOADED_MS },
      { kind: 'wan-phase', phase: 'judged' },
    ]),
    ...parts.map(({ id, title, changes: actions, ms, budgetMs = ms + actions.length * CONSOLE_MS + 10_000 }) =>
      step(id, title, budgetMs, [...actions, { kind: 'run-probes', durationMs: ms }]),
    ),
    step('collect', 'End captures and traffic', 60_000, [
      { kind: 'stop-wan-capture', captures },
      ...(load ? [{ kind: 'stop-requests' as const }] : []),
      { kind: 'stop-probes' },
      { kind: 'read-clocks' },
    ]),
  ]
}
