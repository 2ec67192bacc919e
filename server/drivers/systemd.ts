/** Exit 0 and "active" when the unit runs; 3 and the other state when not. */
export const isActive = (unit: string): string[] => ['systemctl', 'is-active', unit]

export const startUnit = (unit: string): string[] => ['systemctl', 'start', unit]

/** Waits for the unit's clean shutdown. */
export const stopUnit = (unit: string): string[] => ['systemctl', 'stop', unit]

/** Every process of the unit, without a goodbye: what a crash looks like to the peer. */
export const killUnit = (unit: string, signal: 'KILL' | 'TERM' = 'KILL'): string[] => [
  ...['systemctl', 'kill', '--kill-who=all', `--signal=${signal}`],
  unit,
]
