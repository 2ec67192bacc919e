import type { Finding } from '../../domain/check'
import type { Lab } from '../../domain/lab'
import { execAt, type LabAccess } from '../../drivers/at'
import { isRunning, listInstances, parseInstances, startInstance } from '../../drivers/incus'
import { commandText } from '../../drivers/place'
import type { ExecResult } from '../../transport/remote'
import { versionIn } from '../versions'
import { type About, type CheckOptions, fine, guarded, mendAt, said, wrong } from './finding'

const TIMEOUT_MS = 6000

type States = ReturnType<typeof parseInstances>

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

/** Whether the container tool answers and which instances run; `running` is null when that is not known. */
export async function checkContainers(
  access: LabAccess,
  options: CheckOptions,
): Promise<{ findings: Finding[]; running: Set<string> | null }> {
  const { lab } = access
  const place = { host: lab.containers.host }
  const about: About = { id: 'containers', group: 'host', place, title: `Container tool (${toolOf(lab)})` }
  const listed: { states: States | null } = { states: null }
  const tool = await guarded(about, options, async () => {
    const [list, version] = await Promise.all([
      execAt(access, place, listInstances(lab), { ...options, timeoutMs: TIMEOUT_MS }),
      execAt(access, place, [...lab.containers.command, 'version'], { ...options, timeoutMs: TIMEOUT_MS }),
    ])
    if (list.exitCode !== 0) return toolTrouble(lab, about, list)
    listed.states = parseInstances(list.stdout)
    return fine(about, versions(version.stdout))
  })
  const { states } = listed
  if (!states) return { findings: [tool], running: null }
  const instances = lab.instances.map(({ name }) => instanceFinding(lab, name, states))
  const running = lab.instances.filter(({ name }) => isRunning(states.get(name))).map(({ name }) => name)
  return { findings: [tool, ...instances], running: new Set(running) }
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
