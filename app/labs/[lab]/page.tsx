import type { Metadata } from 'next'
import { LabPage } from '@/app/components/lab/lab-page'

type Props = { params: Promise<{ lab: string }> }

const labOf = async ({ params }: Props) => decodeURIComponent((await params).lab)

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: `Lab ${await labOf(props)}` }
}

export default async function Page(props: Props) {
  return <LabPage lab={await labOf(props)} />
}
