import { z } from 'zod'
import { importSshConfig } from '../../topology/ssh-config'
import { procedure, router } from '../trpc'

export const sshConfigRouter = router({
  /** Hosts of an OpenSSH client configuration as a lab file has them. Only the text is read: nothing is opened or asked. */
  import: procedure
    .input(z.object({ text: z.string().max(64 * 1024), user: z.string().trim().min(1).max(64).default('root') }))
    .mutation(({ input }) => importSshConfig(input.text, input.user)),
})
