import { type App, type RunAnswer, until, World } from '../harness'
import { look } from './lab-eyes'
import { isLinkCut, lookAtWan } from './wan-eyes'
import { QUICK } from './wan-worlds'

/**
 * How a run is made to stand still in a step. `hold`: the command that is held there. `next`: held in its place once
 * that one has been reached, for a command that the run also gives earlier. `on`: a switch without which the step would
 * be over too soon. `cut`: once the link of this VM is cut. None of them: the step lasts by itself.
 */
type Stand = { hold?: string; next?: string; on?: string; cut?: number }

/** What all cases of a WAN have; before and behind what they do to its links. */
const WAN_BEGIN: Record<string, Stand> = {
  preflight: { hold: '/calibration-far-side.*ping ' },
  capture: { hold: '/path-enp2s0f2.in .*tcpdump' },
  traffic: { hold: '/probe-far-side.*ping ' },
  baseline: {},
}
const WAN_END: Record<string, Stand> = {
  collect: { hold: 'pkill.*path-enp2s0f2.*in' },
  restore: { hold: 'pkill.*path-enp2s0f2.*in', next: '/restore .*socat' },
}
/** Where nothing is held the dialogue on a console has just begun. */
const DEGRADATION: Record<string, Stand> = { ...WAN_BEGIN, degrade: {}, good: {}, ...WAN_END }

/** Case -> step -> how to stand in it. */
const STANDS: Record<string, Record<string, Stand>> = {
  'TC-1': {
    preflight: { hold: '/preflight ' },
    read: { hold: '/read ' },
    restore: { hold: '/read ', next: '/snapshot ' },
  },
  'TC-2': {
    preflight: { hold: '/preflight ' },
    probes: { hold: '/probe-internet.*ping ' },
    watch: {},
    collect: { hold: 'pkill.*probe-internet' },
    restore: { hold: 'pkill.*probe-internet', next: '/snapshot ' },
  },
  'TC-3': {
    preflight: { hold: '/calibration-internet.*ping ' },
    probes: { hold: '/probe-internet.*ping ' },
    fault: { hold: '/fault-kill-9 .*systemctl' },
    wait: { on: 'no-takeover' },
    settle: {},
    collect: { hold: '/sessions-after ' },
    restore: { hold: '/restore .*systemctl start' },
  },
  'TC-4': {
    preflight: { hold: '/calibration-internet.*ping ' },
    stop: { hold: '/fault-clean-stop .*systemctl' },
    backup: { on: 'no-takeover' },
    probes: { hold: '/probe-internet.*ping ' },
    start: { hold: '/fault-start .*systemctl' },
    // A switch that keeps node0 secondary would show in the status: the lab would not be as before.
    wait: {},
    settle: {},
    collect: { hold: '/sessions-after ' },
    restore: { hold: '/sessions-after ', next: '/snapshot ' },
  },
  // Its last step, "gone", is over within two polls: nothing can stand in it.
  'TC-5': {
    preflight: { hold: '/preflight ' },
    read: { hold: '/read ' },
    set: { hold: '/configure-set ' },
    appear: { on: 'no-config-sync' },
    refuse: { hold: '/configure-refused ' },
    unchanged: {},
    delete: { hold: '/configure-delete ' },
    restore: { hold: '/configure-delete ', next: '/snapshot ' },
  },
  'TC-6': {
    preflight: { hold: '/preflight ' },
    watch: { hold: '/poll-sessions' },
    open: { hold: '/traffic-upload.*iperf3' },
    sync: {},
    collect: { hold: 'pkill.*traffic-upload' },
    restore: { hold: 'pkill.*traffic-upload', next: '/snapshot ' },
  },
  'TC-8': {
    preflight: { hold: '/preflight ' },
    load: { hold: '/sessions-before ' },
    collect: { hold: 'pkill.*probe-internet' },
    restore: { hold: 'pkill.*probe-internet', next: '/snapshot ' },
  },
  'TC-9': {
    preflight: { hold: '/preflight ' },
    before: { hold: '/network ' },
    // The lease is held by now.
    request: { hold: '/leases ' },
    release: { hold: '/release ' },
    after: { hold: '/release ', next: '/network ' },
    restore: { hold: '/release ', next: '/snapshot ' },
  },
  'TC-7': {
    preflight: { hold: '/calibration-internet.*ping ' },
    probes: { hold: '/probe-internet.*ping ' },
    fault: { hold: '/fault-disconnect ' },
    wait: { on: 'no-takeover' },
    settle: {},
    collect: { hold: 'pkill.*probe-internet' },
    back: { hold: '/fault-reconnect ' },
    return: {},
    read: { hold: '/links-restored ' },
    restore: { hold: '/links-restored ', next: '/snapshot ' },
  },
  'TC-10': {
    preflight: { hold: '/calibration-internet.*ping ' },
    probes: { hold: '/probe-internet.*ping ' },
    cut: { hold: '/fault-disconnect ' },
    watch: {},
    heal: { hold: '/fault-reconnect ' },
    healed: {},
    collect: { hold: 'pkill.*probe-internet' },
    restore: { hold: 'pkill.*probe-internet', next: '/snapshot ' },
  },
  'WAN-1': {
    ...WAN_BEGIN,
    'cut-starlink-1': {},
    'cut-starlink-2': { cut: 102 },
    'cut-byu': { cut: 101 },
    'restore-links': {},
    ...WAN_END,
  },
  ...{ 'WAN-2': DEGRADATION, 'WAN-3': DEGRADATION, 'WAN-4': DEGRADATION, 'WAN-5': DEGRADATION },
}

export const CASES = Object.keys(STANDS)
export const isOnWan = (caseId: string): boolean => caseId.startsWith('WAN-')

/** A world that a case runs on, and how it is looked at past the product. */
export async function worldFor(caseId: string): Promise<{ world: World; eyes: () => Promise<unknown> }> {
  if (!isOnWan(caseId)) {
    const world = await World.startAlone('embedded')
    return { world, eyes: () => look(world) }
  }
  const world = await World.startAlone('embedded-wan', 'wan')
  await world.call('options', QUICK)
  return { world, eyes: () => lookAtWan(world) }
}

/** The steps of a case, its restore the last. */
export const stepsOf = (caseId: string): string[] => Object.keys(STANDS[caseId] ?? {})

/** A case of a WAN takes half a minute beyond its length until its last steps. */
const HELD_MS = 90_000
/** As short as they may be. */
const paramsOf = (caseId: string) => (isOnWan(caseId) ? { durationS: caseId === 'WAN-1' ? 25 : 20 } : {})

async function untilHeld(world: World, match: string, seen: () => Promise<unknown>): Promise<void> {
  const held = await world.call<{ command: string | null }>('wait-held', { match, timeoutMs: HELD_MS })
  if (held.command) return
  throw new Error(`no command ${match} was held: ${JSON.stringify(await seen()).slice(0, 500)}`)
}

const hold = async (world: World, match: string) => (await world.call<{ id: number }>('hold', { match })).id

async function untilItStands(app: App, world: World, id: string, step: string, stand: Stand, first: number | null) {
  const seen = () => app.run(id)
  if (stand.hold && stand.next) {
    await untilHeld(world, stand.hold, seen)
    await hold(world, stand.next)
    await world.call('release', { id: first })
  }
  const last = stand.next ?? stand.hold
  if (last) await untilHeld(world, last, seen)
  await until(`step ${step} has begun`, async () => (await app.run(id)).steps.some((begun) => begun.id === step))
  const { cut } = stand
  if (cut !== undefined) await until(`the link of VM ${cut} is cut`, () => isLinkCut(world, cut))
}

/** Starts a case and returns its id once it stands in the step; where it does not, nothing of it stands in a later one's way. */
export async function standIn(app: App, world: World, caseId: string, step: string): Promise<string> {
  const stand = STANDS[caseId]?.[step]
  if (!stand) throw new Error(`${caseId} has no step "${step}"`)
  if (stand.on) await world.call('switch', { name: stand.on, on: true })
  const first = stand.hold === undefined ? null : await hold(world, stand.hold)
  const { id } = await app.start(world.id, caseId, paramsOf(caseId))
  try {
    await untilItStands(app, world, id, step, stand, first)
  } catch (error) {
    await letGo(world, caseId, step)
    await app.post(`/api/v1/runs/${id}/cancel`).catch(() => {})
    await app.ended(id)
    throw error
  }
  return id
}

async function letGo(world: World, caseId: string, step: string): Promise<void> {
  await world.call('release')
  const name = STANDS[caseId]?.[step]?.on
  if (name) await world.call('switch', { name, on: false })
}

/** Cancels a run that stands in a step; the run once it has ended. */
export async function cancelIn(app: App, world: World, caseId: string, step: string): Promise<RunAnswer> {
  const id = await standIn(app, world, caseId, step)
  await app.post(`/api/v1/runs/${id}/cancel`)
  await letGo(world, caseId, step)
  return app.ended(id)
}

/** Kills the app with a run standing in a step and starts it again; the run once recovery has ended it. */
export async function killIn(app: App, world: World, caseId: string, step: string): Promise<RunAnswer> {
  const id = await standIn(app, world, caseId, step)
  await app.kill()
  await letGo(world, caseId, step)
  await app.restart()
  return app.ended(id)
}
