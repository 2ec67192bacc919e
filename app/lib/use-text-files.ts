import { useMutation } from '@tanstack/react-query'
import { readTextFiles, type TextFile } from './text-files'

/** Chosen files become text, or an error that says which is none; the network has no part in it. */
export const useTextFiles = (options: { onMutate?: () => void; onSuccess: (taken: TextFile[]) => void }) =>
  useMutation({ mutationFn: (files: File[]) => readTextFiles(files), networkMode: 'always', ...options })
