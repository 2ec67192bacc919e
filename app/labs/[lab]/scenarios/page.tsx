import type { Metadata } from 'next'
import { ScenariosPage } from '@/app/components/scenarios/scenarios-page'

type Props = { params: Promise<{ lab: string }> }

const labOf = async ({ params }: Props) => decodeURIComponent((await params).lab)

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: `Scenarios of ${await labOf(props)}` }
}

export default async function Page(props: Props) {
  return <ScenariosPage lab={await labOf(props)} />
}
