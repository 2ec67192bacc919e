'use client'
import { ErrorBox } from '@/app/components/ui/error-box'

export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return <ErrorBox error={error} doing="This page failed" onRetry={reset} />
}
