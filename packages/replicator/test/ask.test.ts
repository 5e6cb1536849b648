import { existsSync, readFileSync } from 'node:fs'
import { Session, type Profiler } from 'node:inspector'
import { expect, onTestFinished, test } from 'vitest'
import type { Hypercore, Protomux } from '@manycore/hypercore-types'
import { read, side } from './kit/side.js'
import { inMemory } from './kit/wires.js'

const SOURCES = new URL('../src/', import.meta.url)
const STEP = /^\d\. `([\w/-]+\.ts)` `(\w+)`: /gm

const walk = readWalk()

test('the documented way of an ask has at most eight moves, and its functions are where it says', () => {
  expect(walk.length - 1).toBeGreaterThan(0)
  expect(walk.length - 1).toBeLessThanOrEqual(8)
  for (const [file, name] of walk) {
    const at = new URL(file, SOURCES)
    expect(existsSync(at), file).toBe(true)
    expect(readFileSync(at, 'utf8'), `${file} defines ${name}`).toMatch(
      new RegExp(`^ *(export )?(async )?(function )?#?${name}(<.*>)?\\(.*[{(,]?$`, 'm')
    )
  }
})

test('an ask under a policy goes through the documented files, and no others', async () => {
  const [near, far] = [side({ policy: { announce: () => false, access: () => true } }), side()]
  const core = await near.source.get({ blocks: ['x'] })
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  await one.opened

  const calls = startCounting()
  onPairing(one.userData!, () => void calls())
  let names: [file: string, name: string][] = []
  onAttaching(core, () => (names = calls()))
  expect(await read(await far.source.get({ key: core.key! }))).toBe('x')

  const files = [...new Set(names.map(([file]) => file))]
  expect(files.toSorted()).toEqual(walk.map(([file]) => file).toSorted())
  for (const [file, name] of walk) expect(names, `${file} ${name}`).toContainEqual([file, name])
})

function readWalk(): [file: string, name: string][] {
  const page = readFileSync(new URL('../../../docs/architecture.md', import.meta.url), 'utf8')
  const section = page.split(/^## /m).find((each) => each.startsWith('A remote asks for a core\n'))
  return [...(section ?? '').matchAll(STEP)].map(([, file, name]) => [file!, name!])
}

/** Calls `fn` whenever the remote opens a channel that nobody has, before anybody is asked about it. */
function onPairing(mux: Protomux, fn: () => void): void {
  const pairs = (mux as unknown as { _notify: Map<string, (id: Uint8Array) => unknown> })._notify
  for (const [key, notify] of pairs) {
    pairs.set(key, (id) => {
      fn()
      return notify(id)
    })
  }
}

/** Calls `fn` when Hypercore is about to open a channel for the core, before it makes any. */
function onAttaching(core: Hypercore, fn: () => void): void {
  const { replicator } = core.core!
  const attachTo = replicator.attachTo.bind(replicator)
  replicator.attachTo = (mux) => {
    fn()
    attachTo(mux)
  }
}

/** @returns the functions of the sources that were called since they were counted last */
function startCounting(): () => [file: string, name: string][] {
  const session = new Session()
  session.connect()
  onTestFinished(() => session.disconnect())
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  return () => {
    let scripts: Profiler.ScriptCoverage[] = []
    session.post('Profiler.takePreciseCoverage', (_, taken) => (scripts = taken.result))
    return scripts.flatMap(({ url, functions }) => {
      const file = fileOf(url)
      if (file === null) return []
      const called = functions.filter(({ functionName, ranges }) => functionName && ranges[0]!.count > 0)
      return called.map(({ functionName }): [string, string] => [file, functionName.replace('#', '')])
    })
  }
}

function fileOf(url: string): string | null {
  const path = url.startsWith('/') ? `file://${url}` : url
  return path.startsWith(SOURCES.href) ? path.slice(SOURCES.href.length) : null
}
