const PREFIX = 'in-force-'

/** Id of the `check` event that says what was read back from a link's WANulator after a change. */
export const linkCheckId = (link: string): string => `${PREFIX}${link}`

export const isLinkCheck = (id: string): boolean => id.startsWith(PREFIX)
