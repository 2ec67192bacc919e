import type { RunWindow } from '../domain/views'
import type { Services } from './services'

export type WindowRequest = {
  id: string
  fromMs?: number | null
  toMs?: number | null
  streams?: string[]
  maxPoints: number
}

/** A series per stream, thinned to maxPoints rows, edges of outages kept. */
export async function readWindow(_services: Services, _request: WindowRequest): Promise<RunWindow> {
  throw new Error('not there yet')
}
