import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { NAMES, WEATHER } from '../plan.mjs'

const exec = promisify(execFile)

const PREFIX = 'manycore-mesh-'

/** Documentation addresses (RFC 5737): no route leads out, and none of them is anybody's. */
const SUBNET = '192.0.2'

/** In TC_ACT_* of linux/pkt_cls.h: drop, and go on as if the filter were not there. */
const [SHOT, UNSPEC] = [2, 0xffffffff]

/** Where classic BPF reads a random number (linux/filter.h: SKF_AD_OFF + SKF_AD_RANDOM). */
const RANDOM = 0x100000000 - 0x1000 + 56

/**
 * Six namespaces: one for each host, and one with the bridge that joins them, on which the DHT runs. All of it is
 * gone when they are deleted; the machine's own network is not touched.
 * @returns {Promise<import('./open.mjs').Network>}
 * @throws  when this machine cannot make them; nothing is left then
 */
export async function openNamespaces() {
  await sweep()
  const hub = `${PREFIX}${process.pid}-hub`
  /** @param {string} host */
  const nameOf = (host) => `${PREFIX}${process.pid}-${host}`
  /** @type {string[]} */
  const made = []
  const close = async () => {
    for (const name of made.splice(0).toReversed()) await ip('netns', 'del', name)
  }

  try {
    for (const name of [hub, ...NAMES.map(nameOf)]) {
      await ip('netns', 'add', name)
      made.push(name)
      await ip('-n', name, 'link', 'set', 'lo', 'up')
    }
    await ip('-n', hub, 'link', 'add', 'bridge', 'type', 'bridge')
    await ip('-n', hub, 'address', 'add', `${SUBNET}.1/24`, 'dev', 'bridge')
    await ip('-n', hub, 'link', 'set', 'bridge', 'up')
    for (const [i, host] of NAMES.entries()) await plugIn(hub, host, nameOf(host), `${SUBNET}.${i + 11}`)

    const hasNetem = await spoil(NAMES.map(nameOf))
    return {
      isLoopback: false,
      mode: 'five network namespaces, joined by veth pairs to a bridge',
      means: hasNetem
        ? 'delay and loss by tc netem, partition by taking the link down'
        : 'loss by a tc filter that drops packets at random, partition by taking the link down, ' +
          'delay by a wire on the streams (this kernel has no netem)',
      wireWeather: hasNetem ? null : { ...WEATHER, loss: 0 },
      address: (host) => (host === null ? `${SUBNET}.1` : `${SUBNET}.${NAMES.indexOf(host) + 11}`),
      command: (host) => ['ip', 'netns', 'exec', host === null ? hub : nameOf(host)],
      async cut(host, isCut) {
        await ip('-n', hub, 'link', 'set', host, isCut ? 'down' : 'up')
      },
      close,
      async left() {
        const { stdout } = await ip('netns', 'list')
        return stdout.split('\n').filter((line) => line.startsWith(`${PREFIX}${process.pid}-`))
      }
    }
  } catch (err) {
    await close()
    throw err
  }
}

/**
 * @param {string} hub
 * @param {string} host
 * @param {string} name
 * @param {string} address
 */
async function plugIn(hub, host, name, address) {
  await ip('-n', hub, 'link', 'add', host, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name)
  await ip('-n', hub, 'link', 'set', host, 'master', 'bridge', 'up')
  await ip('-n', name, 'address', 'add', `${address}/24`, 'dev', 'eth0')
  await ip('-n', name, 'link', 'set', 'eth0', 'up')
}

/**
 * Makes the weather on every host's link.
 * @param {string[]} names
 * @returns {Promise<boolean>} is there netem? else only packets get lost
 */
async function spoil(names) {
  const { delayMs, loss } = WEATHER
  const netem = ['netem', 'delay', `${delayMs}ms`, 'loss', `${loss * 100}%`]
  try {
    for (const name of names) await tc('-n', name, 'qdisc', 'add', 'dev', 'eth0', 'root', ...netem)
    return true
  } catch {
    for (const name of names) {
      await tc('-n', name, 'qdisc', 'add', 'dev', 'eth0', 'clsact')
      const at = ['filter', 'add', 'dev', 'eth0', 'egress', 'bpf', 'direct-action']
      await tc('-n', name, ...at, 'bytecode', dropAtRandom(loss))
    }
    return false
  }
}

/**
 * Classic BPF as tc takes it: `count,code jump-if jump-else value,…`.
 * @param {number} loss
 */
function dropAtRandom(loss) {
  const program = [
    [0x20, 0, 0, RANDOM], // load a random 32-bit number
    [0x25, 1, 0, Math.floor(loss * 2 ** 32)], // greater: over the next one
    [0x06, 0, 0, SHOT],
    [0x06, 0, 0, UNSPEC]
  ]
  return [program.length, ...program.map((each) => each.join(' '))].join(',')
}

/** What a run that was killed has left. */
async function sweep() {
  const { stdout } = await ip('netns', 'list')
  for (const [name, pid] of stdout.matchAll(new RegExp(`^${PREFIX}(\\d+)-\\S+`, 'gm'))) {
    // Another run may be sweeping too.
    if (!isAlive(Number(pid))) await ip('netns', 'del', name).catch(() => {})
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (err) {
    return err instanceof Error && 'code' in err && err.code === 'EPERM'
  }
}

/** @param {string[]} args */
function ip(...args) {
  return exec('ip', args)
}

/** @param {string[]} args */
function tc(...args) {
  return exec('tc', args)
}
