/** The bytes of a text. Keys and values of the cases are texts, if they can be. */
export function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}

/** The inverse of bytes(); null stays null. */
export function text(value: Uint8Array | null): string | null {
  return value === null ? null : Array.from(value, (byte) => String.fromCharCode(byte)).join('')
}

/** Fails unless two values are equal as JSON, which is enough for what the cases compare. @throws naming both */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (got !== wanted) throw new Error(`${what}: expected ${shorten(wanted)}, got ${shorten(got)}`)
}

/**
 * Fails unless the value is true.
 * @throws naming what was expected
 */
export function ok(value: boolean, what: string): void {
  if (!value) throw new Error(what)
}

/**
 * Fails unless a call fails with a code.
 * @throws unless `fn` throws or rejects with this code
 */
export async function fails(fn: () => unknown, code: string, what: string): Promise<void> {
  let err: unknown
  try {
    await fn()
  } catch (thrown) {
    err = thrown
  }
  if (err === undefined) throw new Error(`${what}: expected ${code}, nothing was thrown`)
  same((err as { code?: unknown }).code, code, what)
}

function shorten(json: string | undefined): string {
  return json !== undefined && json.length > 400
    ? `${json.slice(0, 400)}… (${json.length} characters)`
    : String(json)
}
