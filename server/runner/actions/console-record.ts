import type { WanLab } from '../../domain/lab'
import type { Wanulator } from '../../domain/wan'
import type { TypedCommand } from '../../drivers/console/serial-console'
import { consoleCommand } from '../../drivers/console/serial-line'
import { commandText } from '../../drivers/place'
import type { RunSession } from '../session'

/** What is typed on a WANulator's console, as output of the command that leads there. `tag`: last part of its process tag. */
export function consoleRecord(session: RunSession<WanLab>, { vm }: Wanulator, tag: string) {
  const command = consoleCommand(session.lab, session.lab.wan.pve.host, vm, session.tag(tag))
  // What a cancel broke off is told when the next step has begun already.
  let known: string | null = null
  const commandId = () => {
    known ??= session.recorder.idOf(command)
    return known ?? ''
  }
  const onCommand = ({ argv, exitCode, output }: TypedCommand) => {
    const end = exitCode === null ? 'no end seen' : `exit ${exitCode}`
    const id = commandId()
    if (id) session.recorder.said(id, `# ${commandText(argv)}\n${output.trimEnd()}\n[${end}]\n`)
  }
  return { commandId, onCommand }
}
