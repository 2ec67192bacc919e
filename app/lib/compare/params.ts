type Run = { id: string; params: Record<string, unknown> }

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Per run, "name value" of the parameters in which the runs that have them differ. */
export function differingParams(runs: readonly Run[]): Map<string, string[]> {
  const names = [...new Set(runs.flatMap(({ params }) => Object.keys(params)))]
  const valuesOf = (name: string) => new Set(runs.flatMap(({ params }) => JSON.stringify(params[name]) ?? []))
  const differing = names.filter((name) => valuesOf(name).size > 1)
  return new Map(
    runs.map(({ id, params }) => [
      id,
      differing.filter((name) => params[name] !== undefined).map((name) => `${name} ${shown(params[name])}`),
    ]),
  )
}
