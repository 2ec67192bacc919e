import type { App, RunAnswer } from '../harness'

type Plan = { id: string; commands: { host: string; argv: string[] }[] }[]

/** The run's id and what else differs from plan to run by nature: who owns the lease and since when, journal's start, marks. */
const normal = (argv: string[], runId: string): string =>
  argv
    .join(' ')
    .replaceAll(runId, 'RUN')
    .replace(/\{"runId".*?\}/, 'OWNER')
    .replace(/--since @\d+/, '--since @T')
    .replace(/FLAB_[0-9a-f]{12}/g, 'FLAB_NONCE')
    .replace(/\b[0-9a-f]{12}\b/g, 'NONCE')

/** The plan of a case as the app shows it. `strangers`: commands of a run that are not in it. */
export async function plannedFor(app: App, lab: string, caseId: string, params: Record<string, unknown>) {
  const plan = await app.query<Plan>('cases.plan', { lab, case: caseId, params })
  const planned = new Set(plan.flatMap((step) => step.commands.map(({ argv }) => normal(argv, 'RUN'))))
  return {
    strangers: ({ id, commands }: RunAnswer): string[] => [
      ...new Set(commands.map(({ argv }) => normal(argv, id)).filter((text) => !planned.has(text))),
    ],
  }
}
