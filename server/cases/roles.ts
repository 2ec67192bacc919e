import type { Lab } from '../domain/lab'

/** The node that the lab file wants primary: the one with the higher priority. */
export const declaredPrimary = (lab: Lab) => lab.cluster.nodes.reduce((a, b) => (b.priority > a.priority ? b : a))

/** The other one. */
export const declaredSecondary = (lab: Lab) => lab.cluster.nodes.reduce((a, b) => (b.priority < a.priority ? b : a))
