/**
 * What a lab looks like, flat: "bpfrx-fw0/link/ge-0-0-0/mac" -> "00:16:3e:…". Two snapshots compare key by key;
 * volatile facts (counters, ages, DHCP timers) are never in it.
 */
export type LabSnapshot = Record<string, string>

/** "key: before -> after" for every key that differs, sorted; empty when the lab is as it was. */
export function snapshotDifferences(before: LabSnapshot, after: LabSnapshot): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  return keys
    .filter((key) => before[key] !== after[key])
    .map((key) => `${key}: ${before[key] ?? '(absent)'} -> ${after[key] ?? '(absent)'}`)
}
