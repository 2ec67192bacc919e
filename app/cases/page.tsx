import type { Metadata } from 'next'
import { CasesPage } from '@/app/components/cases/cases-page'

export const metadata: Metadata = { title: 'Cases' }

export default function Page() {
  return <CasesPage />
}
