/**
 * Hands on what it is given: in order, each item when its time has come, none while it is held.
 * @template T
 */
export class DelayLine {
  /** @type {{ item: T, bytes: number, at: number }[]} */
  #items = []
  #delayMs
  #deliver
  #isHeld = false
  /** @type {NodeJS.Timeout | null} */
  #timer = null

  /** sum of the sizes of what has not been handed on */
  bytes = 0

  /**
   * @param {() => number} delayMs  milliseconds for the next item
   * @param {(item: T) => void} deliver
   */
  constructor(delayMs, deliver) {
    this.#delayMs = delayMs
    this.#deliver = deliver
  }

  /**
   * @param {T} item
   * @param {number} bytes
   */
  push(item, bytes) {
    this.bytes += bytes
    this.#items.push({ item, bytes, at: Date.now() + this.#delayMs() })
    if (this.#timer === null) this.#run()
  }

  /** @param {boolean} isHeld */
  hold(isHeld) {
    this.#isHeld = isHeld
    if (!isHeld && this.#timer === null) this.#run()
  }

  clear() {
    clearTimeout(this.#timer ?? undefined)
    this.#timer = null
    this.#items.length = 0
    this.bytes = 0
  }

  #run() {
    this.#timer = null
    for (let [next] = this.#items; next && !this.#isHeld; [next] = this.#items) {
      const wait = next.at - Date.now()
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#run(), wait)
        return
      }
      this.#items.shift()
      this.bytes -= next.bytes
      this.#deliver(next.item)
    }
  }
}
