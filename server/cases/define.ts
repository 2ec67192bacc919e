import { z } from 'zod'
import type { CaseView, ParamField, Step } from '../domain/case'
import type { Lab } from '../domain/lab'
import type { CriterionResult, Measurement, Quantity } from '../domain/run'
import { AppError } from '../errors'
import type { Analysis } from '../measure/analysis'

/** What a check found. It may throw: a crashing check is inconclusive, never a pass. */
export type Judged = Pick<CriterionResult, 'verdict' | 'reason' | 'measured' | 'evidence'>

export type Criterion = {
  id: string
  title: string
  /** The boolean parameter without which it is left out. */
  when?: string
  limit: (lab: Lab) => Quantity | null
  judge: (analysis: Analysis) => Judged
}

/** A test case as data: from it come the form, the plan, the live view, the report and the history. */
export type CaseDefinition<P extends z.ZodObject = z.ZodObject> = {
  id: string
  title: string
  objective: string
  /** An operation leaves what it changed as it is once it is completed, and puts it back on any other ending. */
  kind?: 'test' | 'operation'
  /** Stops services or removes devices: needs `allowDestructive` in the lab file and a confirmation. */
  destructive: boolean | { /** A boolean parameter makes it so. */ when: string }
  /** Forwarding stops for a while; where it does not, what is changed is the configuration. As `destructive` by default. */
  outage?: boolean
  /** What the lab file would have to say for it, in a sentence; null when it says so. */
  needs?: (lab: Lab) => string | null
  params: P
  /** `runId` makes what a run puts into the lab its own. */
  steps: (lab: Lab, params: z.infer<P>, runId: string) => Step[]
  criteria: readonly Criterion[]
  /** `of`: what it states, where that is not the time that a fault made. */
  headline: {
    title: string
    limitMs: (lab: Lab) => number
    of?: (analysis: Analysis) => Measurement | null
  } | null
  /** The criterion whose measured quantity stands at the top of a run that measures no time. */
  figure?: string
}

/** Types a case's parameters against its own schema; adding it to `index.ts` is all that it takes. */
export const defineCase = <P extends z.ZodObject>(definition: CaseDefinition<P>): CaseDefinition =>
  definition as unknown as CaseDefinition

/** Parameters as given by a form or the API, checked and completed with defaults. Throws `bad-input`. */
export function parseParams(definition: CaseDefinition, params: unknown): Record<string, unknown> {
  const result = z.strictObject(definition.params.shape).safeParse(params ?? {})
  if (result.success) return result.data
  throw new AppError('bad-input', `${definition.id}: ${z.prettifyError(result.error).replaceAll('\n', ' ')}`, {
    hint: `Allowed parameters: ${Object.keys(definition.params.shape).join(', ') || 'none'}.`,
  })
}

type JsonField = {
  type?: string
  title?: string
  description?: string
  enum?: string[]
  default?: string | number | boolean
  minimum?: number
  maximum?: number
  unit?: string
  choices?: Record<string, string>
}

function paramField(name: string, field: JsonField): ParamField {
  const number = field.type === 'number' || field.type === 'integer'
  return {
    name,
    title: field.title ?? name,
    description: field.description ?? null,
    type: field.enum ? 'choice' : number ? 'number' : field.type === 'boolean' ? 'boolean' : 'text',
    choices: (field.enum ?? []).map((value) => ({ value, title: field.choices?.[value] ?? value })),
    default: field.default ?? null,
    min: field.minimum ?? null,
    max: field.maximum ?? null,
    unit: field.unit ?? null,
  }
}

/** What the UI and the API show of a case, for one lab. */
export function caseView(definition: CaseDefinition, lab: Lab): CaseView {
  const schema = z.toJSONSchema(definition.params, { io: 'input' }) as { properties?: Record<string, JsonField> }
  return {
    id: definition.id,
    title: definition.title,
    objective: definition.objective,
    destructive: definition.destructive === true,
    destructiveWhen: typeof definition.destructive === 'object' ? definition.destructive.when : null,
    outage: hasOutage(definition),
    kind: definition.kind ?? 'test',
    blocked: blockedBecause(definition, lab),
    fields: Object.entries(schema.properties ?? {}).map(([name, field]) => paramField(name, field)),
    criteria: definition.criteria.map(({ id, title, limit, when = null }) => ({
      ...{ id, title, when },
      limit: limit(lab)?.text ?? null,
    })),
    headline: definition.headline && { title: definition.headline.title, limitMs: definition.headline.limitMs(lab) },
  }
}

const hasOutage = ({ destructive, outage = destructive !== false }: CaseDefinition): boolean => outage

const isDestructive = ({ destructive }: CaseDefinition, params: Record<string, unknown>): boolean =>
  typeof destructive === 'boolean' ? destructive : params[destructive.when] === true

/** The criteria that a run with these parameters is judged by. */
export const criteriaOf = ({ criteria }: CaseDefinition, params: Record<string, unknown>): Criterion[] =>
  criteria.filter(({ when }) => when === undefined || params[when] === true)

/** Why a case may not run on a lab, with these parameters; null when it may. */
export const blockedBecause = (
  definition: CaseDefinition,
  lab: Lab,
  params: Record<string, unknown> = {},
): string | null =>
  definition.needs?.(lab) ??
  (isDestructive(definition, params) && !lab.allowDestructive
    ? `It ${hasOutage(definition) ? 'stops services on' : 'changes the configuration of'} the firewalls. Set "allowDestructive: true" in the lab file of ${lab.title} to allow it.`
    : null)
