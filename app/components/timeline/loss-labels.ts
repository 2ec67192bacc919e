import type { LossSpan, Span } from './model'

const CHAR_PX = 6.6
const PADDING_PX = 16
/** Shorter outages are told apart, not named. */
const NAMED_FROM_LOST = 4

/** An outage as it is drawn: percent of the plot, its width in px, and where its length stands; null: nowhere. */
export type Labelled = {
  loss: LossSpan
  left: number
  width: number
  px: number
  label: 'inside' | 'left' | 'right' | null
}

type Box = { left: number; width: number }

/** Writes lengths on those that have the room for it: on themselves, else on their right, else on their left. */
export function labelled(losses: readonly LossSpan[], place: (span: Span) => Box | null, widthPx: number): Labelled[] {
  const boxes = losses.flatMap((loss) => {
    const box = place(loss)
    return box ? [{ loss, ...box, px: (box.width / 100) * widthPx }] : []
  })
  let takenPx = Number.NEGATIVE_INFINITY
  return boxes.map((box, i) => {
    const { loss, left, px } = box
    const fromPx = (left / 100) * widthPx
    const toPx = fromPx + Math.max(2, px)
    const next = boxes[i + 1]
    const nextPx = next ? (next.left / 100) * widthPx : widthPx
    const textPx = loss.text.length * CHAR_PX + PADDING_PX
    const freeLeftPx = fromPx - Math.max(takenPx, 0)
    takenPx = toPx
    if (px > textPx) return { ...box, label: 'inside' as const }
    if (loss.lost !== null && loss.lost < NAMED_FROM_LOST) return { ...box, label: null }
    if (nextPx - toPx >= textPx) {
      takenPx = toPx + textPx
      return { ...box, label: 'right' as const }
    }
    return { ...box, label: freeLeftPx >= textPx ? ('left' as const) : null }
  })
}
