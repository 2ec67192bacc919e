import { z } from 'zod'
import type { Lab } from '../domain/lab'
import { AppError } from '../errors'

const text = z.string().catch('')
const textMap = z.record(z.string(), z.string()).catch({})
const devices = z.record(z.string(), textMap).catch({})

/** One instance as `incus list --format json` shows it; what is missing or odd becomes empty, not an error. */
const InstanceStateSchema = z.object({
  name: z.string(),
  status: text,
  type: text,
  config: textMap,
  /** The instance's own devices; `expanded_devices` are those of its profiles as well. */
  devices,
  expanded_devices: devices,
  /** In the order in which they are applied: of two with the same device the later one counts. */
  profiles: z.array(z.string()).catch([]),
  /** Interfaces by their name inside; host_name is the port on the host. */
  state: z
    .object({ network: z.record(z.string(), z.object({ hwaddr: text, host_name: text })).catch({}) })
    .catch({ network: {} }),
})
export type InstanceState = z.infer<typeof InstanceStateSchema>

/** All instances with state and devices. */
export const listInstances = (lab: Lab): string[] => [...lab.containers.command, 'list', '--format', 'json']

/** All profiles with their devices. */
export const listProfiles = (lab: Lab): string[] => [...lab.containers.command, 'profile', 'list', '--format', 'json']

/** Output of `listProfiles`: the devices of each by its name; empty when it is not that. */
export function parseProfiles(stdout: string): Map<string, Set<string>> {
  const ProfileSchema = z.object({ name: z.string(), devices })
  try {
    const listed = z.array(z.unknown()).parse(JSON.parse(stdout))
    const known = listed.map((item) => ProfileSchema.safeParse(item)).filter((parsed) => parsed.success)
    return new Map(known.map(({ data }) => [data.name, new Set(Object.keys(data.devices))]))
  } catch {
    return new Map()
  }
}

export const startInstance = (lab: Lab, name: string): string[] => [...lab.containers.command, 'start', name]

/** Output of `listInstances`, by name. Throws `command-failed` when it is not that. */
export function parseInstances(stdout: string): Map<string, InstanceState> {
  try {
    const listed = z.array(z.unknown()).parse(JSON.parse(stdout))
    const known = listed.map((item) => InstanceStateSchema.safeParse(item)).filter((parsed) => parsed.success)
    return new Map(known.map(({ data }) => [data.name, data]))
  } catch (cause) {
    throw new AppError('command-failed', 'the container tool printed no list of instances', {
      stderrTail: stdout.slice(0, 200),
      hint: 'Run "incus list --format json" on the container host; check containers.command in the lab file.',
      cause,
    })
  }
}

/** "Running", "RUNNING". */
export const isRunning = (instance: Pick<InstanceState, 'status'> | undefined): boolean =>
  instance?.status.toLowerCase() === 'running'
