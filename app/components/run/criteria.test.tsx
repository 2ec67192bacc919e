// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Criteria } from './criteria'

const result = {
  id: 'primary',
  title: 'Backup is primary in time',
  verdict: 'inconclusive' as const,
  reason: 'The interval straddles the limit.',
  limit: { value: 5000, unit: 'ms', text: '≤ 5 s' },
  measured: { value: 4998, unit: 'ms', text: '4.998 s (+0.120 / −0.130)' },
  evidence: [{ text: 'poll of node1', commandId: 'c7' }, { text: 'no capture' }],
}

describe('Criteria', () => {
  afterEach(cleanup)

  it('says verdict, number, limit and why, and leads to the raw output', () => {
    const onCommand = vi.fn()
    render(<Criteria results={[result]} planned={[]} onCommand={onCommand} />)
    expect(screen.getByRole('img', { name: 'INCONCLUSIVE' }).textContent).toBe('?')
    expect(screen.getByText('4.998 s (+0.120 / −0.130)')).toBeTruthy()
    expect(screen.getByText('limit ≤ 5 s')).toBeTruthy()
    expect(screen.getByText('The interval straddles the limit.')).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'poll of node1' }))
    expect(onCommand).toHaveBeenCalledWith('c7')
  })

  it('keeps the room of what is still to be judged', () => {
    const planned = [
      { id: 'primary', title: 'Backup is primary in time', limit: '≤ 5 s' },
      { id: 'garp', title: 'GARP from the new primary', limit: null },
    ]
    render(<Criteria results={[result]} planned={planned} onCommand={() => {}} />)
    expect(screen.getAllByText('Backup is primary in time')).toHaveLength(1)
    expect(screen.getByRole('img', { name: 'not judged yet' })).toBeTruthy()
  })
})
