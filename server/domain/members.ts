import type { Lab, Reth } from './lab'

/** A node's member of a RETH; `xdp` where the lab file says that packets may pass by a capture. */
export type Member = {
  node: string
  instance: string
  linux: string
  reth: Reth
  xdp: boolean
  /** Sample stream of a capture on it. */
  stream: string
}

/** The members of all RETHs that the lab file knows by their interfaces, node by node. */
export const membersOf = ({ cluster, instances }: Lab): Member[] =>
  cluster.nodes.flatMap(({ name: node, instance }) => {
    const interfaces = instances.find((candidate) => candidate.name === instance)?.interfaces ?? []
    return interfaces.flatMap(({ linux, reth: name, xdp = 'none' }) => {
      const reth = cluster.reths.find((candidate) => candidate.name === name)
      return reth ? [{ node, instance, linux, reth, xdp: xdp !== 'none', stream: `capture:${node}.${linux}` }] : []
    })
  })
