import type { RunEvent } from '../domain/event'

type Ended = Extract<RunEvent, { kind: 'command-ended' }>

/**
 * Whether the recording of a sample stream broke off: its connection was lost or its channel failed, so that it ended
 * without an exit code and without a signal of the run's. What it does not show afterwards, nobody saw.
 */
export function wasCutOff(events: readonly RunEvent[], stream: string): boolean {
  const commands = events.flatMap((event) =>
    event.kind === 'command-started' && event.stream === stream ? [event.commandId] : [],
  )
  return events.some(
    (event): event is Ended =>
      event.kind === 'command-ended' &&
      commands.includes(event.commandId) &&
      event.exitCode === null &&
      event.signal === null &&
      event.error !== null,
  )
}
