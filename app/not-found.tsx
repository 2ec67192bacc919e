import { Empty } from '@/app/components/ui/empty'
import { Link } from '@/app/components/ui/link'

export default function NotFound() {
  return (
    <Empty page title="There is no such page">
      <p>A run is found in the history, a lab in the list at the top.</p>
      <p>
        <Link className="link" href="/history">
          Open the history
        </Link>
      </p>
    </Empty>
  )
}
