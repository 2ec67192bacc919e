import { z } from 'zod'
import type { CaseView, ParamField, Step } from '../domain/case'
import { type AnyLab, hasCluster, hasWan, type Lab, type WanLab, wanPart } from '../domain/lab'
import type { CriterionResult, Measurement, Quantity } from '../domain/run'
import { AppError } from '../errors'
import type { Analysis } from '../measure/analysis'
import type { WanAnalysis } from '../measure/wan/run-analysis'

/** What a check found. It may throw: a crashing check is inconclusive, never a pass. */
export type Judged = Pick<CriterionResult, 'verdict' | 'reason' | 'measured' | 'evidence'>

export type Criterion<L extends AnyLab = Lab, A = Analysis> = {
  id: string
  title: string
  /** The boolean parameter without which it is left out. */
  when?: string
  limit: (lab: L) => Quantity | null
  judge: (analysis: A) => Judged
}
export type WanCriterion = Criterion<WanLab, WanAnalysis>

/** What a case is about: a lab's cluster, or the links of its WAN. */
export type Subject = 'cluster' | 'wan'

/** Choices of a text parameter that only the lab knows; the first one is the default. */
export type Choices = Record<string, { value: string; title: string }[]>

/** A test case as data: from it come the form, the plan, the live view, the report and the history. */
export type CaseDefinition<
  P extends z.ZodObject = z.ZodObject,
  L extends AnyLab = AnyLab,
  A = Analysis | WanAnalysis,
> = {
  id: string
  on: Subject
  title: string
  objective: string
  /** An operation leaves what it changed as it is once it is completed, and puts it back on any other ending. */
  kind?: 'test' | 'operation'
  /** It is meant for the lab as it is now: refused while a run goes on or waits, and not put behind it. */
  isImmediate?: boolean
  /** Stops services or removes devices: needs `allowDestructive` in the lab file and a confirmation. */
  destructive: boolean | { /** A boolean parameter makes it so. */ when: string }
  /** Forwarding stops for a while; where it does not, what is changed is the configuration. As `destructive` by default. */
  outage?: boolean
  /** What the lab file would have to say for it, in a sentence; null when it says so. */
  needs?: (lab: L) => string | null
  params: P
  choices?: (lab: L) => Choices
  /** `runId` makes what a run puts into the lab its own. */
  steps: (lab: L, params: z.infer<P>, runId: string) => Step[]
  criteria: readonly Criterion<L, A>[]
  /** `of`: what it states, where that is not the time that a fault made. */
  headline: {
    title: string
    limitMs: (lab: L) => number
    of?: (analysis: A) => Measurement | null
  } | null
  /** The criterion whose measured quantity stands at the top of a run that measures no time. */
  figure?: string
}

/** Types a case's parameters against its own schema; adding it to `index.ts` is all that it takes. */
export const defineCase = <P extends z.ZodObject>(
  definition: Omit<CaseDefinition<P, Lab, Analysis>, 'on'>,
): CaseDefinition => ({ ...definition, on: 'cluster' }) as unknown as CaseDefinition

/** The same for a case on the links of a WAN; it knows nothing else of the lab. */
export const defineWanCase = <P extends z.ZodObject>(
  definition: Omit<CaseDefinition<P, WanLab, WanAnalysis>, 'on'>,
): CaseDefinition => ({ ...definition, on: 'wan' }) as unknown as CaseDefinition

/** Whether a lab has what a case is about. */
export const suits = ({ on }: Pick<CaseDefinition, 'on'>, lab: AnyLab): boolean =>
  on === 'wan' ? hasWan(lab) : hasCluster(lab)

/** The lab as a case is given it. Throws `forbidden` when it has not what the case is about. */
export function labFor({ on, id }: Pick<CaseDefinition, 'on' | 'id'>, lab: AnyLab): AnyLab {
  const part = on === 'wan' ? wanPart(lab) : hasCluster(lab) ? lab : null
  if (part) return part
  throw new AppError('forbidden', `${id} may not run on ${lab.title}: it has no ${on === 'wan' ? 'WAN' : 'cluster'}.`)
}

/** Parameters as given by a form or the API, checked and completed with defaults. Throws `bad-input`. */
export function parseParams(definition: CaseDefinition, params: unknown, lab?: AnyLab): Record<string, unknown> {
  const result = z.strictObject(definition.params.shape).safeParse(params ?? {})
  if (result.success) return withChoices(definition, result.data, lab)
  throw new AppError('bad-input', `${definition.id}: ${z.prettifyError(result.error).replaceAll('\n', ' ')}`, {
    hint: `Allowed parameters: ${Object.keys(definition.params.shape).join(', ') || 'none'}.`,
  })
}

/** Parameters whose choices the lab knows, completed with the first and checked. */
function withChoices({ id, choices }: CaseDefinition, params: Record<string, unknown>, lab: AnyLab | undefined) {
  const known = lab ? (choices?.(lab) ?? {}) : {}
  const chosen = Object.entries(known).map(([name, options]) => {
    const value = params[name] || options[0]?.value
    if (options.some((option) => option.value === value)) return [name, value] as const
    throw new AppError('bad-input', `${id}: ${name}: there is no "${String(value)}"`, {
      hint: `There are: ${options.map((option) => option.value).join(', ')}.`,
    })
  })
  return { ...params, ...Object.fromEntries(chosen) }
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

function paramField(name: string, field: JsonField, known?: Choices[string]): ParamField {
  const number = field.type === 'number' || field.type === 'integer'
  return {
    name,
    title: field.title ?? name,
    description: field.description ?? null,
    type: field.enum || known ? 'choice' : number ? 'number' : field.type === 'boolean' ? 'boolean' : 'text',
    choices: known ?? (field.enum ?? []).map((value) => ({ value, title: field.choices?.[value] ?? value })),
    default: known?.[0]?.value ?? field.default ?? null,
    min: field.minimum ?? null,
    max: field.maximum ?? null,
    unit: field.unit ?? null,
  }
}

/** What the UI and the API show of a case, for one lab. */
export function caseView(definition: CaseDefinition, whole: AnyLab): CaseView {
  const lab = labFor(definition, whole)
  const choices = definition.choices?.(lab) ?? {}
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
    // What has parts of its own has a form of its own.
    fields: Object.entries(schema.properties ?? {})
      .filter(([, { type }]) => type !== 'object')
      .map(([name, field]) => paramField(name, field, choices[name])),
    criteria: definition.criteria.map(({ id, title, limit, when = null }) => ({
      ...{ id, title, when },
      limit: limit(lab)?.text ?? null,
    })),
    headline: definition.headline && { title: definition.headline.title, limitMs: definition.headline.limitMs(lab) },
  }
}

const hasOutage = ({ destructive, outage = destructive !== false }: CaseDefinition): boolean => outage

const effectOf = (definition: CaseDefinition): string => {
  if (definition.on === 'wan') return 'degrades or cuts links of the WAN'
  return `${hasOutage(definition) ? 'stops services on' : 'changes the configuration of'} the firewalls`
}

const isDestructive = ({ destructive }: CaseDefinition, params: Record<string, unknown>): boolean =>
  typeof destructive === 'boolean' ? destructive : params[destructive.when] === true

/** The criteria that a run with these parameters is judged by. */
export const criteriaOf = (
  { criteria }: CaseDefinition,
  params: Record<string, unknown>,
): Criterion<AnyLab, Analysis | WanAnalysis>[] =>
  criteria.filter(({ when }) => when === undefined || params[when] === true)

/** Why a case may not run on a lab, with these parameters; null when it may. */
export const blockedBecause = (
  definition: CaseDefinition,
  lab: AnyLab,
  params: Record<string, unknown> = {},
): string | null =>
  definition.needs?.(lab) ??
  (isDestructive(definition, params) && !lab.allowDestructive
    ? `It ${effectOf(definition)}. Set "allowDestructive: true" in the lab file of ${lab.title} to allow it.`
    : null)
