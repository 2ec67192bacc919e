import type { Metadata } from 'next'
import { ExpectationsPage } from '@/app/components/expectations/expectations-page'

type Props = { params: Promise<{ lab: string }> }

const labOf = async ({ params }: Props) => decodeURIComponent((await params).lab)

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: `Expectations ${await labOf(props)}` }
}

export default async function Page(props: Props) {
  return <ExpectationsPage lab={await labOf(props)} />
}
