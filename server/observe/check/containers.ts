import type { Finding } from '../../domain/check'
import type { Lab } from '../../domain/lab'
import { execAt, type LabAccess } from '../../drivers/at'
import {
  type InstanceState,
  isRunning,
  listInstances,
  listProfiles,
  parseInstances,
  parseProfiles,
  startInstance,
} from '../../drivers/incus'
import { commandText } from '../../drivers/place'
import type { ExecResult } from '../../transport/remote'
import { versionIn } from '../versions'
import { type About, type CheckOptions, fine, guarded, mendAt, said, wrong } from './finding'

const TIMEOUT_MS = 6000

type States = ReadonlyMap<string, InstanceState>

const toolOf = (lab: Lab): string => lab.containers.command.at(-1)?.split('/').at(-1) ?? 'incus'

function toolTrouble(lab: Lab, about: About, { exitCode, stdout, stderr }: ExecResult): Finding {
  const place = { host: lab.containers.host }
  const tool = toolOf(lab)
  const found = said(stderr || stdout) || `exit ${exitCode}`
  const expected = `"${lab.containers.command.join(' ')} list" works`
  const user = lab.hosts.find(({ id }) => id === place.host)?.user ?? ''
  if (exitCode === 127) {
    const mend = mendAt(lab, place, ['apt-get', 'install', '-y', tool])
    return wrong(about, 'missing', { found, expected, mend, hint: 'Or mend containers.command in the lab file.' })
  }
  if (/permission|denied|not authorized/i.test(found)) {
    const mend = mendAt(lab, place, ['usermod', '-aG', tool === 'lxc' ? 'lxd' : 'incus-admin', user])
    return wrong(about, 'differs', { found, expected, mend, hint: 'Or a prefix such as sudo in containers.command.' })
  }
  const mend = mendAt(lab, place, ['systemctl', 'start', tool === 'lxc' ? 'lxd' : tool])
  return wrong(about, 'missing', { found, expected, mend, hint: 'Its daemon does not answer.' })
}

/** "client 6.0.2, server 6.0.2" out of what `incus version` prints. */
function versions(stdout: string): string {
  const of = (side: string) => versionIn(new RegExp(`${side} version: *([^\\n]*)`, 'i').exec(stdout)?.[1] ?? '')
  return `client ${of('client') ?? 'unknown'}, server ${of('server') ?? 'unknown'}`
}

export type Containers = {
  findings: Finding[]
  /** null when that is not known. */
  running: Set<string> | null
  states: States
  /** Devices by profile; empty where no interface of the lab file names one. */
  profiles: Map<string, Set<string>>
}

const namesProfiles = (lab: Lab): boolean =>
  lab.instances.some(({ interfaces }) => interfaces.some(({ profile }) => profile !== undefined))

/** Whether the container tool answers, which instances run and what devices they have. */
export async function checkContainers(access: LabAccess, options: CheckOptions): Promise<Containers> {
  const { lab } = access
  const place = { host: lab.containers.host }
  const about: About = { id: 'containers', group: 'host', place, title: `Container tool (${toolOf(lab)})` }
  const listed: { states: States | null; profiles: Map<string, Set<string>> } = { states: null, profiles: new Map() }
  const tool = await guarded(about, options, async () => {
    const ask = (argv: string[]) => execAt(access, place, argv, { ...options, timeoutMs: TIMEOUT_MS })
    const [list, version, profiles] = await Promise.all([
      ask(listInstances(lab)),
      ask([...lab.containers.command, 'version']),
      namesProfiles(lab) ? ask(listProfiles(lab)).catch(() => null) : null,
    ])
    if (list.exitCode !== 0) return toolTrouble(lab, about, list)
    listed.states = parseInstances(list.stdout)
    listed.profiles = parseProfiles(profiles?.stdout ?? '')
    return fine(about, versions(version.stdout))
  })
  const { states, profiles } = listed
  if (!states) return { findings: [tool], running: null, states: new Map(), profiles }
  const instances = lab.instances.map(({ name }) => instanceFinding(lab, name, states))
  const running = lab.instances.filter(({ name }) => isRunning(states.get(name))).map(({ name }) => name)
  return { findings: [tool, ...instances], running: new Set(running), states, profiles }
}

function instanceFinding(lab: Lab, name: string, states: States): Finding {
  const about: About = { id: `instance/${name}`, group: 'instance', place: { instance: name }, title: 'Instance' }
  const state = states.get(name)
  const expected = 'running'
  if (!state) {
    const hint = `${lab.containers.host} has no instance of this name: mend "instances" in the lab file, or create it.`
    return wrong(about, 'missing', { found: 'not there', expected, hint })
  }
  if (isRunning(state)) return fine(about, 'running', expected)
  const mend = { host: lab.containers.host, command: commandText(startInstance(lab, name)) }
  return wrong(about, 'differs', { found: state.status.toLowerCase() || 'in no state', expected, mend })
}
