import { z } from 'zod'
import { type Direction, DirectionSchema, presetDirection } from '../domain/impairment'
import type { WanLab } from '../domain/lab'
import { wanLinks } from '../domain/wan'
import { gapsWhileALinkIsLeft, gapsWithinLimit, nothingOverCutLinks } from './criteria/wan'
import { noFlapping, trafficComesBack, trafficLeavesLink } from './criteria/wan-paths'
import { lossBack, probesAgree, requestsSucceed } from './criteria/wan-traffic'
import { type CaseDefinition, defineWanCase, type WanCriterion } from './define'
import {
  captureChoices,
  chosenNics,
  eachWay,
  goodAgain,
  impairAction,
  linkChoices,
  linkNamed,
  linkParam,
  type Part,
  wanNeeds,
  wanParams,
  wanSteps,
} from './wan-links'

const headline = {
  title: 'Failover Time',
  limitMs: ({ expectations }: WanLab) => expectations.linkGapMs,
}

/** WAN-1: all links cut one after the other, a fifth of the time each, then restored. */
const wan01 = defineWanCase({
  id: 'WAN-1',
  title: 'All links fail one by one',
  objective:
    'Every link is cut in turn, the preferred one first, then all are restored: the traffic moves each time, stops when nothing is left, and comes back.',
  destructive: true,
  needs: wanNeeds,
  choices: captureChoices,
  params: z.object(wanParams(300, 5)),
  headline,
  criteria: [gapsWhileALinkIsLeft, nothingOverCutLinks, trafficComesBack, probesAgree, requestsSucceed],
  steps: (lab, given) => {
    const links = wanLinks(lab.wan)
    const ms = (given.durationS * 1000) / (links.length + 2)
    const cut = eachWay(presetDirection('drop-100'))
    const parts: Part[] = [
      { id: 'baseline', title: 'All links good', changes: [], ms },
      ...links.map((link) => ({
        ...{ id: `cut-${link.id}`, title: `Cut ${link.isp.title}`, ms },
        changes: [impairAction(link, cut, 'failover')],
      })),
      { id: 'restore-links', title: 'All links good again', changes: links.map(goodAgain), ms },
    ]
    return wanSteps(lab, { ...given, nics: chosenNics(lab, given.capture) }, parts)
  },
})

type Degradation = { id: string; title: string; objective: string; direction: Direction; more?: WanCriterion[] }

/** A link is degraded from the first quarter of the time to the third. */
const degradationCase = ({ id, title, objective, direction, more = [] }: Degradation): CaseDefinition =>
  defineWanCase({
    ...{ id, title, objective, destructive: true, needs: wanNeeds, choices: linkChoices, headline },
    params: z.object({ link: linkParam, ...wanParams(240, 4) }),
    criteria: [gapsWithinLimit, trafficLeavesLink, lossBack, trafficComesBack, ...more, requestsSucceed],
    steps: (lab, given) => {
      const link = linkNamed(lab, given.link)
      const quarterMs = (given.durationS * 1000) / 4
      return wanSteps(lab, { ...given, nics: chosenNics(lab, given.capture) }, [
        { id: 'baseline', title: 'All links good', changes: [], ms: quarterMs },
        {
          ...{ id: 'degrade', title: `${title} on ${link.isp.title}`, ms: 2 * quarterMs },
          changes: [impairAction(link, eachWay(direction), 'failover')],
        },
        { id: 'good', title: `${link.isp.title} good again`, changes: [goodAgain(link)], ms: quarterMs },
      ])
    },
  })

/** The team's five, in the order in which they are shown. */
export const WAN_CASES: readonly CaseDefinition[] = [
  wan01,
  degradationCase({
    ...{ id: 'WAN-2', title: '15 % loss', direction: presetDirection('drop-15'), more: [noFlapping] },
    objective:
      'With 15 % loss each way on a link the traffic leaves it, without a long gap, and comes back afterwards.',
  }),
  degradationCase({
    ...{ id: 'WAN-3', title: '150 ms delay', direction: presetDirection('delay-150'), more: [noFlapping] },
    objective:
      'With 150 ms delay each way on a link the traffic leaves it, without a long gap, and comes back afterwards.',
  }),
  degradationCase({
    ...{ id: 'WAN-4', title: '80 ms jitter', direction: presetDirection('jitter-80'), more: [noFlapping] },
    objective:
      'With 80 ms jitter each way on a link the traffic leaves it, without a long gap, and comes back afterwards.',
  }),
  degradationCase({
    ...{ id: 'WAN-5', title: '20 % loss: flapping', more: [noFlapping] },
    direction: DirectionSchema.parse({ lossPercent: 20 }),
    objective: 'With 20 % loss each way on a link the path settles: changes per minute and their period are told.',
  }),
]
