/** What an engineer is told of an error: what happened, and what to do. */
export type ErrorView = {
  code: string
  message: string
  hint: string | null
  host: string | null
  command: string | null
  stderrTail: string | null
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Anything a query, mutation or subscription failed with; without an answer of the API it is the connection. */
export function errorView(error: unknown): ErrorView {
  const data = isRecord(error) && isRecord(error.data) ? error.data.error : null
  const message = error instanceof Error ? error.message : String(error)
  if (isRecord(data)) {
    return {
      code: text(data.code) ?? 'internal',
      message: text(data.message) ?? message,
      hint: text(data.hint),
      host: text(data.host),
      command: text(data.command),
      stderrTail: text(data.stderrTail),
    }
  }
  const none = { host: null, command: null, stderrTail: null }
  if (/fetch|network|load failed|unexpected token|unable to transform/i.test(message))
    return {
      code: 'no-connection',
      message: 'The dashboard does not answer',
      hint: 'Check that it still runs (npm start) and that this browser reaches it; the page tries again by itself.',
      ...none,
    }
  return { code: 'internal', message, hint: 'Reload the page; if it stays, look at the output of npm start.', ...none }
}
