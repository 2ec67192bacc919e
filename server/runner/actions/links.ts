import { readLink, showLink } from '../../observe/connections'
import { addressesOf, isLinkUp } from '../../observe/instance-facts'
import { type Handler, plannedExec } from './handler'

const TIMEOUT_MS = 5000

/** How links inside instances are now. */
export const readLinks: Handler<'read-links'> = {
  plan: ({ lab, tag }, { links, label }) =>
    links.map(({ instance, linux }) => {
      const options = { tag: tag(`links-${label}`), timeoutMs: TIMEOUT_MS }
      return plannedExec(lab, { instance }, showLink(linux), options, `${linux}: MAC, state, addresses`)
    }),
  run: async (session, { links, label }, signal) => {
    for (const name of links) {
      const link = await readLink(session.access(), name, { tag: session.tag(`links-${label}`), signal })
      const found = link && { mac: link.address, up: isLinkUp(link), mtu: link.mtu, addresses: addressesOf(link) }
      await session.emit({ kind: 'link-read', label, ...name, found })
    }
  },
}
