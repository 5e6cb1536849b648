/** Hands on what it is given: in order, each item when its time has come, none while it is held. */
export class DelayLine {
  #items = []
  #delayMs
  #deliver
  #isHeld = false
  #timer = null

  /** sum of the sizes of what has not been handed on */
  bytes = 0

  /**
   * @param delayMs  () → milliseconds for the next item
   * @param deliver  function (item)
   */
  constructor(delayMs, deliver) {
    this.#delayMs = delayMs
    this.#deliver = deliver
  }

  push(item, bytes) {
    this.bytes += bytes
    this.#items.push({ item, bytes, at: Date.now() + this.#delayMs() })
    if (this.#timer === null) this.#run()
  }

  hold(isHeld) {
    this.#isHeld = isHeld
    if (!isHeld && this.#timer === null) this.#run()
  }

  clear() {
    clearTimeout(this.#timer)
    this.#timer = null
    this.#items.length = 0
    this.bytes = 0
  }

  #run() {
    this.#timer = null
    while (!this.#isHeld && this.#items.length > 0) {
      const wait = this.#items[0].at - Date.now()
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#run(), wait)
        return
      }
      const { item, bytes } = this.#items.shift()
      this.bytes -= bytes
      this.#deliver(item)
    }
  }
}
