/** A unit's journal lines since an instant (epoch ms on that machine's clock), stamped with epoch seconds. */
export const journalSince = (unit: string, sinceMs: number): string[] => [
  ...['journalctl', '-u', unit, '--since', `@${Math.floor(sinceMs / 1000)}`],
  ...['-o', 'short-unix', '--no-pager'],
]

export type JournalLine = { atMs: number; text: string }

/** A line of `-o short-unix` ("1700000000.123456 fw0 bpfrxd[1]: text"); null for what is none (boot markers, notes). */
export function parseJournalLine(line: string): JournalLine | null {
  const match = /^(\d{9,}\.\d+) (\S.*)$/.exec(line)
  if (!match?.[1] || !match[2]) return null
  return { atMs: Number(match[1]) * 1000, text: match[2] }
}
