'use client'
import { FolderOpen } from 'lucide-react'
import { useRef } from 'react'
import { Button } from './button'

type Props = { label: string; multiple?: boolean; accept?: string; onFiles: (files: File[]) => void }

/** Chooses files by the browser's own dialog; the same one may be chosen again. */
export function FileButton({ label, multiple = false, accept, onFiles }: Props) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button onClick={() => input.current?.click()}>
        <FolderOpen aria-hidden /> {label}
      </Button>
      <input
        ref={input}
        type="file"
        className="hidden"
        aria-label={label}
        tabIndex={-1}
        multiple={multiple}
        accept={accept}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])])
          event.target.value = ''
        }}
      />
    </>
  )
}
