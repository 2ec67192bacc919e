import { type AnyLab, hasCluster } from '../domain/lab'
import type { AnyPublicLab, PublicHost, PublicWan } from '../domain/views'
import type { Wan } from '../domain/wan'

/** The lab as a browser may see it, and its topology as a graph. */
export function labView(lab: AnyLab): { lab: AnyPublicLab } {
  const hosts = publicHosts(lab)
  if (!hasCluster(lab)) return { lab: { ...lab, hosts, wan: withoutConsole(lab.wan) } }
  const { wan, ...rest } = lab
  return { lab: { ...rest, hosts, ...(wan && { wan: withoutConsole(wan) }) } }
}

const publicHosts = ({ hosts }: AnyLab): PublicHost[] =>
  hosts.map(({ keyFile: _k, agent: _a, passwordEnv: _p, ...host }) => host)

const withoutConsole = ({ console: _c, ...wan }: Wan): PublicWan => wan
