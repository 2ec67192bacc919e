import { execAt } from '../../drivers/at'
import { TAGGED_PATTERN } from '../../drivers/place'
import { hostNetwork, instanceFactsArgv } from '../../observe/instance-facts'
import { type Handler, plannedExec } from './handler'

const TIMEOUT_MS = 8000
const argv = () => instanceFactsArgv(TAGGED_PATTERN, null)

/** What a host has of the network at this moment, as evidence of its own beside the snapshots. */
export const readHostNetwork: Handler<'read-host-network'> = {
  plan: ({ lab, tag }, { instance, label }) => [
    plannedExec(
      lab,
      { instance },
      argv(),
      { tag: tag('network'), timeoutMs: TIMEOUT_MS },
      `Addresses, routes and resolver ${label} the request`,
    ),
  ],
  run: async (session, { instance, label }, signal) => {
    const options = { tag: session.tag('network'), timeoutMs: TIMEOUT_MS, signal }
    const { exitCode, stdout } = await execAt(session.access(), { instance }, argv(), options)
    const found = hostNetwork(exitCode === 0 ? stdout : '')
    await session.emit({ kind: 'host-network', label, instance, ...found })
  },
}
