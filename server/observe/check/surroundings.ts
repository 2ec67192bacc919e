import type { Mend } from '../../domain/check'
import type { Instance, Lab } from '../../domain/lab'
import type { InstanceState } from '../../drivers/incus'
import type { LinkRow } from '../../drivers/ip-link-parse'
import type { ConfiguredInterfaces } from '../../drivers/junos-config-parse'
import { commandText } from '../../drivers/place'

/** What is there of one instance, and of the host around it; null: could not be read, or nothing declared needs it. */
export type Surroundings = {
  lab: Lab
  instance: Instance
  state: InstanceState
  links: readonly LinkRow[]
  hostLinks: readonly LinkRow[] | null
  configured: ConfiguredInterfaces | null
  profiles: ReadonlyMap<string, ReadonlySet<string>>
}

/** A command of the container tool, as one would type it on its host. */
export const tool = ({ lab }: Surroundings, ...words: string[]): Mend => ({
  host: lab.containers.host,
  command: commandText([...lab.containers.command, ...words]),
})

/** What is found in the container config stands there. */
export const inConfig = ({ instance }: Surroundings): string => `config of ${instance.name}`

/** What is found among the links of an instance. */
export const inLinks = ({ instance }: Surroundings): string => `ip link in ${instance.name}`
