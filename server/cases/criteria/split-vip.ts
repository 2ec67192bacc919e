import { withoutPrefix } from '../../domain/address'
import { formatMs } from '../../domain/format'
import type { Interval } from '../../domain/ids'
import type { Reth } from '../../domain/lab'
import { type Member, membersOf } from '../../domain/members'
import type { Analysis } from '../../measure/analysis'
import { claimsOf, longestSilenceMs } from '../../measure/claims'
import { moveInterval } from '../../measure/clocks'
import { wasCutOff } from '../../measure/cut-off'
import type { Criterion, Judged } from '../define'
import { allHold, fail, inconclusive } from './judged'
import type { Finding } from './links'
import { type SplitWindow, splitWindow } from './split-window'

/** VIPs are asked for once a second: two questions may get lost. */
const MOST_SILENCE_MS = 3500

type Claims = { node: string; atMs: number[]; errorMs: number }

/** Claims of a VIP that left by one member, app clock; null when nobody listened there, or its clock is not known. */
function claimsBy(analysis: Analysis, { node, instance, stream, reth }: Member, window: Interval): Claims | null {
  const { evidence, context } = analysis
  const isRecorded = evidence.events.some((event) => event.kind === 'command-started' && event.stream === stream)
  const there = moveInterval(window, null, instance, context)
  const clock = context?.clocks[instance]
  if (!isRecorded || wasCutOff(evidence.events, stream) || !there || !clock) return null
  const stamps = claimsOf(evidence.streams.get(stream) ?? [], withoutPrefix(reth.vip), there)
  return { node, atMs: stamps.map((ms) => ms - clock.offsetMs), errorMs: clock.errorMs }
}

const times = ({ node, atMs }: Claims) => `${atMs.length} by ${node}`

/** Answers of both that overlap in time beyond their clocks' errors are a dual primary on the wire. */
function overlap(a: Claims, b: Claims): boolean | null {
  const span = ({ atMs, errorMs }: Claims, sign: 1 | -1) => ({
    fromMs: Math.min(...atMs) - sign * errorMs,
    toMs: Math.max(...atMs) + sign * errorMs,
  })
  const meets = (sign: 1 | -1) => {
    const [one, other] = [span(a, sign), span(b, sign)]
    return one.fromMs <= other.toMs && other.fromMs <= one.toMs
  }
  if (meets(-1)) return true
  return meets(1) ? null : false
}

function judgeVip(analysis: Analysis, reth: Reth, window: SplitWindow): Finding {
  const members = membersOf(analysis.evidence.lab).filter((member) => member.reth.name === reth.name)
  const claims = members.map((member) => claimsBy(analysis, member, window))
  const known = claims.filter((each) => each !== null)
  const answering = known.filter(({ atMs }) => atMs.length > 0)
  const name = `${reth.name} ${withoutPrefix(reth.vip)}`
  const said = `${name}: claimed ${known.map(times).join(', ') || 'by nobody who was listened to'}`
  const [one, other] = answering
  if (one && other) {
    const meets = overlap(one, other)
    return { ok: meets === null ? null : !meets, text: `${said}${meets === false ? ', one after the other' : ''}` }
  }
  if (known.length < 2) return { ok: null, text: `${said}; not every member was listened to` }
  const silentMs = longestSilenceMs(one?.atMs ?? [], window)
  if (!one) return { ok: null, text: `${name}: nobody answered` }
  if (silentMs > MOST_SILENCE_MS) return { ok: null, text: `${said}; nobody answered for ${formatMs(silentMs)}` }
  return { ok: true, text: said }
}

function judgeVips(analysis: Analysis): Judged {
  const window = splitWindow(analysis)
  if (!window) return inconclusive('There was no fault, or its instant is not known.')
  const { reths } = analysis.evidence.lab.cluster
  const judged = allHold(
    reths.map((reth) => judgeVip(analysis, reth, window)),
    'VIPs',
  )
  if (judged.verdict === 'fail')
    return fail(`Both nodes answered for a VIP at the same time: ${judged.reason}`, judged.measured, judged.evidence)
  if (judged.verdict === 'pass' && !window.complete)
    return inconclusive('The run ended before the watch after healing was over.', judged.measured, judged.evidence)
  return judged
}

/** Who answers for the VIPs, by what leaves from each node's member; both nodes may use one MAC. */
export const noDualPrimaryVip: Criterion = {
  id: 'no-dual-primary-vip',
  title: 'One node answers for each VIP',
  limit: () => ({ value: 1, unit: 'node', text: 'one node per VIP' }),
  judge: judgeVips,
}
