import type { Metadata } from 'next'
import { preload } from 'react-dom'
import { RunPage } from '@/app/components/run/run-page'
import { queryUrl } from '@/app/lib/query-url'
import { getServices } from '@/server/container'

type Props = { params: Promise<{ id: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Run ${(await params).id}` }
}

/**
 * The answers are asked for by the page itself, so that they are on their way while its scripts are still read; after the
 * scripts, which are needed first.
 */
async function askAhead(id: string): Promise<void> {
  const { runs } = await getServices()
  const run = await runs.get(id)
  if (!run) return
  const ask = (path: string, input: unknown) =>
    preload(queryUrl(path, input), { as: 'fetch', crossOrigin: 'anonymous', fetchPriority: 'low' })
  ask('runs.get', { id })
  if (run.phase === 'ended') ask('runs.window', { id })
  ask('labs.get', { lab: run.lab })
}

export default async function Page({ params }: Props) {
  const { id } = await params
  await askAhead(id)
  return <RunPage id={id} />
}
