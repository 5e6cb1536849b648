import { WEATHER } from '../plan.mjs'

/**
 * Five processes on one loopback interface; the hosts' own wires make the weather.
 * @param {string} why
 * @returns {import('./open.mjs').Network}
 */
export function openLoopback(why) {
  return {
    isLoopback: true,
    mode: `five processes on loopback (no namespaces: ${why})`,
    means: `delay, loss and partition by a faulty wire on the streams`,
    wireWeather: WEATHER,
    address: () => '127.0.0.1',
    command: () => [],
    /** the host's wire does it */
    async cut(_host, isCut, member) {
      await member.call('cut', { isCut })
    },
    async close() {},
    /** namespaces that close() left behind */
    async left() {
      return []
    }
  }
}
