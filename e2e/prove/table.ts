/** One line of a proof: what was tried, whether it held, what was seen. */
export type Proof = { what: string; ok: boolean; seen: string; again?: Again }

/** How what did not hold is tried once more with nothing beside it, and of how many rows that is. */
export type Again = { rows: number; prove: () => Promise<Proof[]> }

export const table = (proofs: readonly Proof[]): string =>
  [
    '| what | holds | seen |',
    '|---|---|---|',
    ...proofs.map(({ what, ok, seen }) => `| ${what} | ${ok ? 'yes' : '**NO**'} | ${seen} |`),
  ].join('\n')

/** Runs one proof; whatever it throws is what was seen. */
export async function prove(what: string, work: () => Promise<{ ok: boolean; seen: string }>): Promise<Proof> {
  const startedMs = Date.now()
  const result = await work().catch((error: unknown) => ({
    ok: false,
    seen: `error: ${error instanceof Error ? error.message : error}`,
  }))
  const proof = {
    what,
    ok: result.ok,
    seen: `${result.seen}; ${((Date.now() - startedMs) / 1000).toFixed(0)} s`
      .replaceAll('\n', ' ')
      .replaceAll('|', '/'),
  }
  // Progress: what a caller prints on stdout may be one JSON object.
  console.error(`${proof.ok ? 'ok  ' : 'FAIL'} ${what}: ${proof.seen}`)
  return proof
}

/** Whether a part of a proof is asked for: all are, or single ones by a variable, `FAULTS=cut,disk`. */
export const isWanted = (variable: 'CASES' | 'FAULTS', name: string): boolean =>
  process.env[variable]?.split(',').includes(name) ?? true

export const isCaseWanted = (caseId: string): boolean => isWanted('CASES', caseId)
