import type { OutputPage } from '../domain/views'
import type { Services } from './services'

export type OutputRequest = { id: string; commandId?: string; search?: string; after?: string | null; limit: number }

/** Raw output of a run's commands, verbatim, sample lines rebuilt. */
export async function readOutput(_services: Services, _request: OutputRequest): Promise<OutputPage> {
  throw new Error('not there yet')
}
