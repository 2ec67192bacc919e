import { z } from 'zod'
import type { Step } from '../domain/case'
import { GOOD, ImpairmentSchema, impairmentText } from '../domain/impairment'
import type { WanLab } from '../domain/lab'
import { isLinkCheck } from '../domain/link-check'
import { type WanLink, wanLinks } from '../domain/wan'
import { allHold } from './criteria/judged'
import { defineWanCase, type WanCriterion } from './define'
import { step } from './steps'
import { eachWay, linkChoices, linkNamed, linkParam } from './wan-links'

const PREFLIGHT_MS = 60_000
/** All of them at once: the slowest console counts. */
const SET_MS = 60_000
/** A live system boots from its image, and a slow host has several to boot. */
const RESTART_MS = 240_000
/** As a choice of the link. */
const ALL = 'all'

const needs = ({ wan }: WanLab): string | null =>
  wanLinks(wan).length > 0 ? null : 'The lab file names no whole link (router port, WANulator, ISP).'

const inForce: WanCriterion = {
  id: 'in-force',
  title: 'Each WANulator reads as asked',
  limit: () => null,
  judge: ({ evidence: { events } }) => {
    const checks = events.flatMap((event) => (event.kind === 'check' && isLinkCheck(event.id) ? [event] : []))
    return allHold(
      checks.map(({ ok, title, found }) => ({ ok, text: `${title}: ${found}` })),
      'links',
    )
  },
}

type Setting = Extract<Step['actions'][number], { kind: 'set-links' }>['links'][number]
type Wanted = { link: WanLink } & Omit<Setting, 'link'>

const preflight: Step = step('preflight', 'Preflight', PREFLIGHT_MS, [
  { kind: 'preflight', targets: [], tools: ['socat', 'ss'], anyState: true },
])

const undoOf = ({ wanulator }: WanLink) => ({ kind: 'link-good' as const, vm: wanulator.vm })

function stepsOf(title: string, wanted: readonly Wanted[]): Step[] {
  const links = wanted.map(({ link, ...rest }) => ({ ...rest, link: link.id }))
  const undo = wanted.map(({ link }) => undoOf(link))
  return [preflight, step('set', title, SET_MS, [{ kind: 'set-links', links, title, undo }])]
}

const common = { kind: 'operation', isImmediate: true, destructive: true, needs, headline: null } as const

/** One link is degraded, and stays so until it is made good. */
export const linkImpair = defineWanCase({
  ...common,
  id: 'link-impair',
  title: 'Degrade a link',
  objective: 'Set what a WANulator does to its link. It stays so until the link is made good.',
  choices: linkChoices,
  params: z.object({
    link: linkParam,
    impairment: ImpairmentSchema.extend({
      /** A file that the impairment is put into, for what else stands in it. */
      wcfg: z.string().max(200_000).optional(),
    }).prefault({ toIsp: {}, toRouter: {} }),
  }),
  criteria: [inForce],
  steps: (lab, { link: id, impairment: { wcfg, ...impairment } }) => {
    const link = linkNamed(lab, id)
    const title = `${link.isp.title}: ${impairmentText(impairment)}`
    return stepsOf(title, [{ link, impairment, ...(wcfg === undefined ? {} : { wcfg }) }])
  },
})

/** Every link, or one, passes everything on again. */
export const linksGood = defineWanCase({
  ...common,
  id: 'links-good',
  title: 'Make links good',
  objective:
    'Every WANulator passes everything on again, with one emulator; one that does so already is left as it is.',
  choices: (lab) => ({ link: [{ value: ALL, title: 'All links' }, ...(linkChoices(lab).link ?? [])] }),
  params: z.object({ link: linkParam }),
  criteria: [inForce],
  steps: (lab, { link: id }) => {
    const links = id === ALL || id === '' ? wanLinks(lab.wan) : [linkNamed(lab, id)]
    const title = `${links.map(({ isp }) => isp.title).join(', ')}: good`
    return stepsOf(
      title,
      links.map((link) => ({ link, impairment: eachWay(GOOD) })),
    )
  },
})

/** For a WANulator that is off, or whose console answers no key. */
export const wanulatorRestart = defineWanCase({
  ...common,
  id: 'wanulator-restart',
  title: 'Restart a WANulator',
  objective:
    'The VM is switched off, if it runs, and on again; once its console answers, its link is made good: what was in its memory is gone.',
  choices: linkChoices,
  params: z.object({ link: linkParam }),
  criteria: [inForce],
  steps: (lab, { link: id }) => {
    const link = linkNamed(lab, id)
    const title = `${link.wanulator.title} (VM ${link.wanulator.vm}): off and on, then good`
    return [
      preflight,
      step('restart', title, RESTART_MS, [{ kind: 'restart-wanulator', link: link.id, title, undo: [undoOf(link)] }]),
    ]
  },
})
