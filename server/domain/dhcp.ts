import { z } from 'zod'

/** A DHCP lease as its client wrote it down; null and empty where the server did not say. */
export const DhcpLeaseSchema = z.object({
  address: z.string(),
  /** Option 3, in the server's order: the first one is the gateway. */
  routers: z.array(z.string()),
  /** Option 54. */
  server: z.string().nullable(),
  /** Option 51, seconds. */
  leaseS: z.number().nullable(),
})
export type DhcpLease = z.infer<typeof DhcpLeaseSchema>
