import b4a from 'b4a'

type Random = (n: number) => number

/** A frame with one thing changed; what compact-encoding reads as a length or a large number is likely. */
export function mutate(frame: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const at = random(frame.byteLength)
  switch (random(8)) {
    case 0: // a bit
      return changed(frame, at, frame[at]! ^ (1 << random(8)))
    case 1: // a byte
      return changed(frame, at, random(256))
    case 2: // where lengths and flags are
      return changed(frame, Math.min(at, random(12)), random(256))
    case 3: // cut off
      return frame.subarray(0, at)
    case 4: // goes on and on
      return b4a.concat([frame, b4a.alloc(1 + random(64 * 1024), random(256))])
    case 5: // a number of up to 64 bits where a small one was
      return b4a.concat([frame.subarray(0, at), largeNumber(random), frame.subarray(at + 1)])
    case 6: {
      // the end of another frame
      const other = others[random(others.length)]!
      return b4a.concat([frame.subarray(0, at), other.subarray(random(other.byteLength))])
    }
    default: // a part twice
      return b4a.concat([frame.subarray(0, at), frame.subarray(random(at + 1))])
  }
}

function changed(frame: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = b4a.from(frame)
  copy[at] = byte
  return copy
}

function largeNumber(random: Random): Uint8Array {
  const [tag, width] = [
    [0xfd, 2],
    [0xfe, 4],
    [0xff, 8]
  ][random(3)] as [number, number]
  const bytes = b4a.alloc(1 + width, random(2) === 0 ? 0xff : 0)
  bytes[0] = tag
  bytes[1 + random(width)] = random(256)
  return bytes
}
