import NextLink from 'next/link'
import type { ComponentProps } from 'react'

/**
 * A link within the app. Nothing is fetched ahead: a page of links would ask the server that serves a live run for every
 * one of them, and what is fetched on the click comes from next door.
 */
export const Link = (props: Omit<ComponentProps<typeof NextLink>, 'prefetch'>) => (
  <NextLink {...props} prefetch={false} />
)
