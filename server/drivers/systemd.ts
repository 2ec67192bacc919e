/** Exit 0 and "active" when the unit runs; 3 and the other state when not. */
export const isActive = (unit: string): string[] => ['systemctl', 'is-active', unit]

export const startUnit = (unit: string): string[] => ['systemctl', 'start', unit]
