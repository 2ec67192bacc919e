import { z } from 'zod'
import { AppError } from './errors'

const LOOPBACK = ['127.0.0.1', '::1', 'localhost']

const flag = z.enum(['0', '1', 'true', 'false', '']).transform((value) => value === '1' || value === 'true')

const EnvSchema = z
  .object({
    HOST: z.string().trim().min(1).default('127.0.0.1'),
    PORT: z.coerce.number('expected a port number').int().min(1).max(65535).default(3000),
    DATABASE_URL: z
      .string()
      .regex(/^file:./, 'expected "file:<path>", e.g. file:./data/failover-lab.db')
      .default('file:./data/failover-lab.db'),
    LABS: z
      .string()
      .trim()
      .min(1, 'expected "embedded", "embedded-wan" or lab files, comma-separated')
      .default('embedded'),
    PUBLIC_URL: z
      .url({ protocol: /^https?$/, message: 'expected a URL such as http://failover-lab.example:3000' })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    ALLOW_UNAUTHENTICATED: flag.default(false),
  })
  .superRefine((env, context) => {
    if (LOOPBACK.includes(env.HOST) || env.ALLOW_UNAUTHENTICATED) return
    const message =
      `"${env.HOST}" lets everybody who can reach it stop firewalls, since there are no accounts yet; ` +
      'set ALLOW_UNAUTHENTICATED=1 if that is what you want, or leave it at 127.0.0.1'
    context.addIssue({ code: 'custom', path: ['HOST'], message })
  })
  .transform((env) => ({
    host: env.HOST,
    port: env.PORT,
    databaseUrl: env.DATABASE_URL,
    /** "embedded", "embedded-wan" or lab files, comma-separated; blanks around the commas are allowed. */
    labs: env.LABS,
    /** What links in reports and answers begin with; no slash at the end. */
    publicUrl: env.PUBLIC_URL ?? `http://${urlHost(env.HOST)}:${env.PORT}`,
    allowUnauthenticated: env.ALLOW_UNAUTHENTICATED,
  }))

/** The environment, validated. */
export type Env = z.infer<typeof EnvSchema>

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

/** Reads and checks the variables; an empty one counts as not set. Throws AppError bad-input that names the variable. */
export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  const set = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = EnvSchema.safeParse(set)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new AppError('bad-input', problems.join('\n'), {
    hint: 'Variables come from the environment or from .env; .env.example describes all of them.',
  })
}
