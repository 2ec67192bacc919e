import type { Proof } from './table'

/** More rows than these were not disturbed by what ran beside them. */
const MOST_ROWS = 6

async function alone(proof: Proof): Promise<Proof> {
  if (proof.ok || !proof.again) return proof
  console.error(`again alone: ${proof.what}`)
  const proofs = await proof.again.prove()
  const seen = proofs.map((each) => each.seen).join('; ')
  const ok = proofs.length > 0 && proofs.every((each) => each.ok)
  return { what: proof.what, ok, seen: `beside other labs: ${proof.seen}. Again, alone: ${seen}` }
}

/**
 * What did not hold while labs ran side by side is judged alone, when it can be and is no more than a few rows: on two cores
 * a lab is kept waiting for seconds now and then, and a run that saw that is rightly no pass. Both results are told.
 */
export async function judgeAlone(proofs: readonly Proof[]): Promise<Proof[]> {
  const rows = proofs.reduce((sum, { ok, again }) => sum + (ok ? 0 : (again?.rows ?? 0)), 0)
  if (rows > MOST_ROWS) return [...proofs]
  const judged: Proof[] = []
  for (const proof of proofs) judged.push(await alone(proof))
  return judged
}
