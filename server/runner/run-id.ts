import { randomInt } from 'node:crypto'

// No 0/o, 1/l/i: a run id is read out over the phone in a rack room.
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz'

/** A new run id, 8 characters. */
export const newRunId = (): string => Array.from({ length: 8 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
