import type { PlannedCommand } from '../../domain/case'
import type { AnyLab } from '../../domain/lab'
import type { Connections, LabAccess } from '../../drivers/at'
import { commandText } from '../../drivers/place'
import { AppError } from '../../errors'
import type { ExecResult, Remote } from '../../transport/remote'
import { placeOf } from '../recorder'
import { planned } from './handler'

const SILENCE: ExecResult = {
  exitCode: 0,
  signal: null,
  stdout: '',
  stderr: '',
  startedMs: 0,
  endedMs: 0,
  truncated: false,
}

/**
 * The commands that a piece of work asks for, found by letting it run against hosts that answer nothing: the plan then
 * comes from the very code that runs. Each command once, in the order of asking.
 */
export async function commandsOf<L extends AnyLab>(
  lab: L,
  purpose: string,
  work: (access: LabAccess<L>) => Promise<unknown>,
): Promise<PlannedCommand[]> {
  const asked = new Map<string, PlannedCommand>()
  const note = (host: string, argv: readonly string[]) => {
    const place = placeOf(lab, host, argv)
    asked.set(`${host} ${commandText(argv)}`, planned(place, { host, argv: [...argv] }, purpose))
  }
  const refuse = () => Promise.reject(new AppError('internal', 'a dry run has no streams'))
  const on = (host: string): Remote => ({
    host,
    exec: async (argv) => {
      note(host, argv)
      return SILENCE
    },
    stream: (argv) => {
      note(host, argv)
      return refuse()
    },
    shell: refuse,
    put: async () => {},
    get: async () => '',
    close: async () => {},
  })
  const pool: Connections = { on, secrets: [] }
  await work({ lab, pool }).catch(() => {})
  return [...asked.values()]
}

/** A password for consoles that nobody opens: a plan is shown also where none is set. */
export const dryEnv = ({ wan }: AnyLab): Record<string, string> => (wan ? { [wan.console.passwordEnv]: 'plan' } : {})
