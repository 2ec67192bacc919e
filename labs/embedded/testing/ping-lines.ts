/** What a person reads off a ping log, by no code of the product: an independent oracle for the tests. */
export type Reply = { sequence: number; sentMs: number; stampMs: number; rttMs: number }

/** All first replies, by sequence, with the time each request was sent (stamp minus round trip). */
export function replies(log: string): Reply[] {
  const found = [...log.matchAll(/^\[(\d+\.\d{6})\] 64 bytes from \S+: icmp_seq=(\d+) ttl=\d+ time=([\d.]+) ms$/gm)]
  return found
    .map(([, stamp, sequence, rtt]) => {
      const stampMs = Number(stamp) * 1000
      return { sequence: Number(sequence), stampMs, rttMs: Number(rtt), sentMs: stampMs - Number(rtt) }
    })
    .sort((a, b) => a.sequence - b.sequence)
}

/** Stretches of unanswered requests between two answered ones. */
export function gaps(log: string): { lastGood: Reply; firstGood: Reply; lost: number; ms: number }[] {
  const all = replies(log)
  return all.flatMap((firstGood, i) => {
    const lastGood = all[i - 1]
    const lost = lastGood ? firstGood.sequence - lastGood.sequence - 1 : 0
    return lastGood && lost > 0 ? [{ lastGood, firstGood, lost, ms: firstGood.sentMs - lastGood.sentMs }] : []
  })
}
