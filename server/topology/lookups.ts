import type { Lab } from '../domain/lab'

/** The node with the highest priority: primary when both are healthy. */
export const preferredNode = (lab: Lab): Lab['cluster']['nodes'][number] | undefined =>
  lab.cluster.nodes.toSorted((a, b) => b.priority - a.priority)[0]
