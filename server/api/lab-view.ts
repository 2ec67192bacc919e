import type { Lab } from '../domain/lab'
import type { PublicLab } from '../domain/views'
import type { Wan } from '../domain/wan'

/** The lab as a browser may see it, and its topology as a graph. */
export function labView({ wan, ...lab }: Lab): { lab: PublicLab } {
  const hosts = lab.hosts.map(({ keyFile: _k, agent: _a, passwordEnv: _p, ...host }) => host)
  return { lab: { ...lab, hosts, ...(wan && { wan: withoutConsole(wan) }) } }
}

const withoutConsole = ({ console: _c, ...wan }: Wan): Omit<Wan, 'console'> => wan
