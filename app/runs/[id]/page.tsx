import type { Metadata } from 'next'
import { RunPage } from '@/app/components/run/run-page'

type Props = { params: Promise<{ id: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Run ${(await params).id}` }
}

export default async function Page({ params }: Props) {
  return <RunPage id={(await params).id} />
}
