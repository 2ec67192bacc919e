import type { CriterionResult } from '@/server/domain/run'

type Run = { id: string; criteria: readonly CriterionResult[] }

export type MatrixRow = {
  id: string
  title: string
  /** The limit that all have in common; null when there is none, or when each cell has to name its own. */
  limit: string | null
  limitsDiffer: boolean
  /** One per run, in their order; null: that run did not judge it. */
  cells: (CriterionResult | null)[]
}

/** Criterion by run; the criteria in the order in which they are met first. */
export function criteriaMatrix(runs: readonly Run[]): MatrixRow[] {
  const ids = [...new Set(runs.flatMap(({ criteria }) => criteria.map((c) => c.id)))]
  return ids.map((id) => {
    const cells = runs.map(({ criteria }) => criteria.find((c) => c.id === id) ?? null)
    const judged = cells.filter((cell) => cell !== null)
    const limits = [...new Set(judged.map((cell) => cell.limit?.text ?? null))]
    return {
      id,
      title: judged[0]?.title ?? id,
      limit: limits.length === 1 ? (limits[0] ?? null) : null,
      limitsDiffer: limits.length > 1,
      cells,
    }
  })
}
