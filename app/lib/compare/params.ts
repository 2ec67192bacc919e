type Run = { id: string; params: Record<string, unknown> }

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Per run, "name value" of the parameters in which the runs differ; one that a run does not have is left out. */
export function differingParams(runs: readonly Run[]): Map<string, string[]> {
  const names = [...new Set(runs.flatMap(({ params }) => Object.keys(params)))]
  const differing = names.filter((name) => new Set(runs.map(({ params }) => JSON.stringify(params[name]))).size > 1)
  return new Map(
    runs.map(({ id, params }) => [
      id,
      differing.filter((name) => params[name] !== undefined).map((name) => `${name} ${shown(params[name])}`),
    ]),
  )
}
