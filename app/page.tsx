import { FirstLab } from '@/app/components/lab/first-lab'

export default function Page() {
  return <FirstLab />
}
