// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { Figure } from './figure'

describe('the figure of a run', () => {
  afterEach(cleanup)

  it('is the quantity, large, its spread and its limit beside it', () => {
    const measured = { value: 1.52e9, unit: 'bit/s', text: '1.52 Gbit/s (min 1.41 Gbit/s)' }
    render(
      <Figure figure={{ title: 'Throughput', measured, limit: { value: 1e9, unit: 'bit/s', text: '≥ 1 Gbit/s' } }} />,
    )
    expect(screen.getByTestId('figure').textContent).toBe('Throughput1.52 Gbit/s(min 1.41 Gbit/s)limit ≥ 1 Gbit/s')
    expect(screen.getByText('1.52 Gbit/s').tagName).toBe('STRONG')
  })

  it('says when nothing was measured, and nothing where there is none', () => {
    const { rerender } = render(<Figure figure={{ title: 'Throughput', measured: null, limit: null }} />)
    expect(screen.getByTestId('figure').textContent).toBe('Throughputnot measured')
    rerender(<Figure figure={undefined} />)
    expect(screen.queryByTestId('figure')).toBeNull()
  })
})
