import type { Lab } from '../domain/lab'
import type { PublicLab } from '../domain/views'

/** The lab as a browser may see it, and its topology as a graph. */
export function labView(lab: Lab): { lab: PublicLab } {
  return { lab: { ...lab, hosts: lab.hosts.map(({ keyFile: _k, agent: _a, passwordEnv: _p, ...host }) => host) } }
}
