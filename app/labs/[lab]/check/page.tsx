import type { Metadata } from 'next'
import { CheckPage } from '@/app/components/check/check-page'

type Props = { params: Promise<{ lab: string }> }

const labOf = async ({ params }: Props) => decodeURIComponent((await params).lab)

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: `Check lab ${await labOf(props)}` }
}

export default async function Page(props: Props) {
  return <CheckPage lab={await labOf(props)} />
}
