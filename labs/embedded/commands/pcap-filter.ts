import type { Packet } from '../world/packets'

export type Filter = (packet: Packet) => boolean

const isIp = (p: Packet): boolean => p.kind !== 'arp'
const addresses = (p: Packet): [string, string] => (p.kind === 'arp' ? [p.senderIp, p.targetIp] : [p.source, p.target])
const ports = (p: Packet): [number, number] => ('sourcePort' in p ? [p.sourcePort, p.targetPort] : [-1, -1])

/** Reads the part of the pcap filter language that a failover lab needs; throws on anything else, as tcpdump does. */
export function parseFilter(text: string): Filter {
  const tokens =
    text
      .replaceAll('&&', ' and ')
      .replaceAll('||', ' or ')
      .match(/icmp\s*\[[^\]]+\]|[()!]|==|!=|[^\s()!=]+|=/g) ?? []
  let at = 0
  const peek = (): string | undefined => tokens[at]
  const next = (): string => {
    const token = tokens[at++]
    if (token === undefined) throw new SyntaxError('syntax error')
    return token
  }

  const any = (): Filter => {
    let left = all()
    while (peek() === 'or') {
      next()
      const [a, b] = [left, all()]
      left = (p) => a(p) || b(p)
    }
    return left
  }
  const all = (): Filter => {
    let left = one()
    while (peek() !== undefined && peek() !== 'or' && peek() !== ')') {
      if (peek() === 'and') next()
      const [a, b] = [left, one()]
      left = (p) => a(p) && b(p)
    }
    return left
  }
  const one = (): Filter => {
    const token = next()
    if (token === '(') {
      const inner = any()
      if (next() !== ')') throw new SyntaxError('syntax error')
      return inner
    }
    if (token === 'not' || token === '!') {
      const inner = one()
      return (p) => !inner(p)
    }
    return primitive(token)
  }
  const primitive = (token: string): Filter => {
    if (/^icmp\s*\[/.test(token)) return icmpField(token)
    switch (token) {
      case 'arp':
        return (p) => p.kind === 'arp'
      case 'icmp':
        return (p) => p.kind === 'icmp'
      case 'tcp':
        return (p) => p.kind === 'tcp'
      case 'ip':
        return isIp
      case 'udp':
        return (p) => p.kind === 'dhcp'
      case 'ip6':
        return () => false
      // Nothing in this world carries a tag.
      case 'vlan':
        if (/^\d+$/.test(peek() ?? '')) next()
        return () => false
      case 'host': {
        const address = next()
        return (p) => addresses(p).includes(address)
      }
      case 'port': {
        const port = Number(next())
        return (p) => ports(p).includes(port)
      }
      case 'src':
      case 'dst':
        return directed(token === 'src' ? 0 : 1)
      case 'ether': {
        const direction = next()
        const mac = (direction === 'host' ? next() : next() === 'host' ? next() : (tokens[at - 1] ?? '')).toLowerCase()
        if (direction === 'src') return (p) => p.sourceMac === mac
        if (direction === 'dst') return (p) => p.targetMac === mac
        return (p) => p.sourceMac === mac || p.targetMac === mac
      }
    }
    throw new SyntaxError('syntax error')
  }
  const directed = (side: 0 | 1): Filter => {
    const word = next()
    if (word === 'port') {
      const port = Number(next())
      return (p) => ports(p)[side] === port
    }
    const address = word === 'host' ? next() : word
    return (p) => addresses(p)[side] === address
  }
  const icmpField = (token: string): Filter => {
    const field = token.replace(/\s/g, '').slice(5, -1)
    if (field !== 'icmptype' && field !== '0') throw new SyntaxError('syntax error')
    const operator = next()
    const value = next()
    const type =
      value === '8' || value === 'icmp-echo'
        ? 'request'
        : value === '0' || value === 'icmp-echoreply'
          ? 'reply'
          : 'none'
    return (p) => p.kind === 'icmp' && (p.type === type) === (operator !== '!=')
  }

  if (tokens.length === 0) return () => true
  const filter = any()
  if (at < tokens.length) throw new SyntaxError('syntax error')
  return filter
}
