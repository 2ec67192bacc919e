/** A longer line is handed on in pieces of this many characters. */
export const MAX_LINE_LENGTH = 64 * 1024

export type LineSplitter = {
  /** Takes a chunk of bytes as it came; calls onLine for every line that it completes. */
  write(chunk: Uint8Array): void
  /** Hands on what stands after the last newline. */
  end(): void
}

/**
 * Bytes to lines without their ends (LF or CRLF). Characters cut by a chunk's edge are put together again, bytes that
 * are no UTF-8 become U+FFFD, and no line grows beyond MAX_LINE_LENGTH: what is longer comes in pieces.
 */
export function splitLines(onLine: (line: string) => void, maxLength: number = MAX_LINE_LENGTH): LineSplitter {
  const decoder = new TextDecoder()
  let pending = ''

  const emit = (line: string) => onLine(line.endsWith('\r') ? line.slice(0, -1) : line)

  const cutLongLine = () => {
    while (pending.length > maxLength) {
      const last = pending.charCodeAt(maxLength - 1)
      const splitsPair = last >= 0xd800 && last <= 0xdbff
      const length = splitsPair ? maxLength - 1 : maxLength
      onLine(pending.slice(0, length))
      pending = pending.slice(length)
    }
  }

  const take = (text: string) => {
    let from = 0
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      pending += text.slice(from, at)
      cutLongLine()
      emit(pending)
      pending = ''
      from = at + 1
    }
    pending += text.slice(from)
    cutLongLine()
  }

  return {
    write: (chunk) => take(decoder.decode(chunk, { stream: true })),
    end: () => {
      take(decoder.decode())
      if (pending) emit(pending)
      pending = ''
    },
  }
}
