import { setTimeout as sleep } from 'node:timers/promises'
import { cutConnections, healConnections, killSessions, startSshd, stopSshd } from './lab-host'
import type { Disturbance } from './under'

const STOPPED_MS = 20_000
const HONEST = ['completed', 'error', 'timed-out']

/** The connections end, by their sessions' death, or without a word; new ones may be made at once. */
export const sshCut = (silent: boolean): Disturbance => ({
  endings: HONEST,
  strike: async () => {
    if (silent) return `${await cutConnections()} connections cut without a word`
    await killSessions()
    return 'sessions killed'
  },
  heal: async () => {
    await healConnections()
    // What was cut from its client would wait for it for ever.
    if (silent) await killSessions()
  },
})

export const sshdStopped: Disturbance = {
  endings: HONEST,
  strike: async () => {
    await stopSshd()
    await sleep(STOPPED_MS)
    await startSshd()
    return 'sshd stopped for 20 s'
  },
  heal: startSshd,
}
