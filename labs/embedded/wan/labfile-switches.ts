import type { WanSwitch } from './options'

/** What the lab file says of each switch. "The first link" is Starlink-1, WANulator 103. */
export const switchTexts: Record<WanSwitch, { title: string; expect: string }> = {
  'no-failover': {
    title: 'The router stays on its path',
    expect: 'Traffic never leaves a degraded link; a link that drops everything is an outage until it is good again.',
  },
  flapping: {
    title: 'The router comes back to a bad path again and again',
    expect: 'While a link is degraded the path changes with every recompute: twice the recompute time is the period.',
  },
  'link-degraded': {
    title: 'The first link was left degraded (15 % loss each way)',
    expect: 'Cases stop in their preflight: one WANulator does not read good.',
  },
  'emulator-dead': {
    title: 'The emulator of the first link is dead and cannot be started',
    expect:
      'The first link is cut. Cases stop in their preflight: nothing passes there, and a .wcfg cannot be applied.',
  },
  'two-emulators': {
    title: 'Two emulators run on the first link',
    expect: 'Cases stop in their preflight: each of the two does its part.',
  },
  'console-wedged': {
    title: 'The console of the first link’s WANulator is wedged',
    expect: 'Whatever needs that console fails within 5 s and says that it gives no prompt.',
  },
  'console-held': {
    title: 'Somebody else is on the console of the first link’s WANulator',
    expect: 'Whatever needs that console fails at once and says who is on it.',
  },
  'console-left': {
    title: 'The console of the first link’s WANulator was left logged in',
    expect: 'Nothing fails: the session is taken over and logged out in the end.',
  },
  'wrong-password': {
    title: 'The WANulators refuse the password',
    expect: 'Whatever needs a console fails within 5 s and says that the password is refused.',
  },
  'capture-denied': {
    title: 'The PVE host refuses to capture',
    expect: 'Captures end at once with the reason; what they were to show is inconclusive.',
  },
  'nic-down': {
    title: 'The ISP’s NIC of the first link is down',
    expect: 'The first link is cut though its WANulator reads good; Check lab tells which NIC is down.',
  },
}
