import { z } from 'zod'

/** An identifier in a lab file or a URL: letters, digits, dot, dash, underscore; 1 to 64 characters; never starts with a dash. */
export const IdSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'expected 1 to 64 letters, digits, ".", "_" or "-", not starting with "-"',
  )

/** Milliseconds since the epoch; fractions allowed (ping stamps carry microseconds). */
export const EpochMsSchema = z.number().nonnegative()

/** A closed interval on one clock, epoch ms, fromMs ≤ toMs. */
export const IntervalSchema = z.object({ fromMs: EpochMsSchema, toMs: EpochMsSchema })
export type Interval = z.infer<typeof IntervalSchema>

/** Where a command runs: directly on a host, or inside an instance of the container host. */
export const PlaceSchema = z.union([z.strictObject({ instance: IdSchema }), z.strictObject({ host: IdSchema })])
export type Place = z.infer<typeof PlaceSchema>
