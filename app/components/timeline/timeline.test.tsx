// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { TimelineModel } from './model'
import { Timeline } from './timeline'

const S = 1000
const model: TimelineModel = {
  span: { fromMs: 0, toMs: 20 * S },
  origin: { ms: 8 * S, kind: 'T0' },
  steps: [{ id: 'wait', title: 'Wait for node1', fromMs: 8 * S, toMs: 12 * S, outcome: 'ok' }],
  states: [
    {
      id: 'node0-1',
      node: 'node0',
      redundancyGroup: 1,
      segments: [
        { state: 'primary', fromMs: 0, toMs: 8 * S, since: null },
        { state: 'no-answer', fromMs: 8.2 * S, toMs: 20 * S, since: { fromMs: 8 * S, toMs: 8.2 * S } },
      ],
    },
  ],
  probes: [
    {
      stream: 'probe:internet',
      title: 'Internet',
      answered: { fromMs: 1 * S, toMs: 19 * S },
      losses: [{ fromMs: 8 * S, toMs: 11.6 * S, text: '3.624 s', lost: 720, open: false }],
      stalls: [],
    },
  ],
  markers: [{ id: 'fault', atMs: 8 * S, labels: ['T0 kill -9 '.repeat(20), 'T0 kill -9', 'T0'], kind: 'fault' }],
  markerRows: 3,
  rtt: [],
  traffic: [],
  paths: [],
  gaps: [],
  requests: [],
  answers: [],
}

class FixedWidth {
  constructor(private readonly tell: (entries: { contentRect: { width: number } }[]) => void) {}
  observe() {
    this.tell([{ contentRect: { width: 800 } }])
  }
  unobserve() {}
  disconnect() {}
}

describe('Timeline', () => {
  beforeAll(() => vi.stubGlobal('ResizeObserver', FixedWidth))
  afterEach(cleanup)

  it('shows states by name, the outage with its length, the fault, and one shade', () => {
    render(<Timeline model={model} view={null} onView={() => {}} />)
    expect(screen.getByText('primary')).toBeTruthy()
    expect(screen.getByText('no answer')).toBeTruthy()
    expect(screen.getByText('3.624 s')).toBeTruthy()
    expect(screen.getByText('T0 kill -9')).toBeTruthy()
    expect(screen.getAllByTestId('outage-shade')).toHaveLength(1)
    expect(screen.getByText('s from T0')).toBeTruthy()
  })

  it('does by keyboard what the pointer does', () => {
    const onView = vi.fn()
    render(<Timeline model={model} view={null} onView={onView} />)
    const slider = screen.getByRole('slider')
    fireEvent.keyDown(slider, { key: 'Home' })
    expect(slider.getAttribute('aria-valuetext')).toBe('−8.000 s')
    fireEvent.keyDown(slider, { key: 'ArrowRight', shiftKey: true })
    expect(slider.getAttribute('aria-valuetext')).toBe('−6.000 s')
    fireEvent.keyDown(slider, { key: '+' })
    expect(onView).toHaveBeenLastCalledWith({ fromMs: 1 * S, toMs: 11 * S })
    fireEvent.keyDown(slider, { key: 'Escape' })
    expect(onView).toHaveBeenLastCalledWith(null)
  })

  it('says under the crosshair what every lane shows', () => {
    render(<Timeline model={model} view={null} onView={() => {}} />)
    const slider = screen.getByRole('slider')
    fireEvent.keyDown(slider, { key: 'Home' })
    for (let i = 0; i < 5; i++) fireEvent.keyDown(slider, { key: 'ArrowRight', shiftKey: true })
    const lane = screen.getByText('node0 RG1').parentElement
    expect(within(lane as HTMLElement).getByText('no answer')).toBeTruthy()
    expect(within(screen.getByText('Internet').parentElement as HTMLElement).getByText('lost')).toBeTruthy()
  })

  it('zooms to the outage by a button', () => {
    const onView = vi.fn()
    render(<Timeline model={model} view={null} onView={onView} />)
    fireEvent.click(screen.getByRole('button', { name: 'Outage' }))
    expect(onView).toHaveBeenCalledWith({ fromMs: 7100, toMs: 12_500 })
  })
})
