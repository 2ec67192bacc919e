import type { Metadata } from 'next'
import { ImportHostsPage } from '@/app/components/hosts/import-hosts-page'

export const metadata: Metadata = { title: 'Hosts from an ssh_config' }

export default function Page() {
  return <ImportHostsPage />
}
