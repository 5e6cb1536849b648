import { existsSync, readFileSync } from 'node:fs'
import { type Debugger, type Profiler, Session } from 'node:inspector'
import { expect, onTestFinished, test } from 'vitest'
import type { Hypercore, Protomux } from '@manycore/hypercore-types'
import { read, side } from './kit/side.js'
import { inMemory } from './kit/wires.js'

const SOURCES = new URL('../src/', import.meta.url)
const STEP = /^\d\. `([\w/-]+\.ts)` `(\w+)`: /gm

/** Where control comes back to, as the page says: with the answer of the policies, and with a place for the core. */
const RETURNS = ['attach/policy-gate.ts', 'attach/attachments.ts']

/** A file of the sources, and a function in it. */
type Call = [file: string, name: string]

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

test('an ask under a policy moves from file to file in the documented order, and through no others', async () => {
  const [near, far] = [side({ policy: { announce: () => false, access: () => true } }), side()]
  const [known, core] = [await near.source.get({ blocks: ['x'] }), await near.source.get({ blocks: ['y'] })]
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  await one.opened

  const watch = watchSources()
  expect(await read(await far.source.get({ key: known.key! }))).toBe('x') // now V8 knows the functions
  const calls = watch()
  let asked = 0
  let way: Call[] = []
  onPairing(one.userData!, () => (asked = calls.length))
  onAttaching(core, () => (way = calls.slice(asked)))
  expect(await read(await far.source.get({ key: core.key! }))).toBe('y')

  const { moves, returns } = movesOf(way.map(([file]) => file))
  expect(moves).toEqual(walk.map(([file]) => file))
  expect(returns).toEqual(RETURNS)
  const names = way.map(([file, name]) => [file, name.replace('#', '')])
  for (const step of walk) expect(names).toContainEqual(step)
})

test('control that goes to a file again is another move, and control that comes back is none', () => {
  expect(movesOf(['a', 'a', 'b', 'c', 'a', 'b'])).toEqual({ moves: ['a', 'b', 'c', 'b'], returns: ['a'] })
})

function readWalk(): Call[] {
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

/** @param files  of the functions that were entered, in order; one that waits below the others gets control back */
function movesOf(files: readonly string[]): { moves: string[]; returns: string[] } {
  const [moves, returns, open] = [[] as string[], [] as string[], [] as string[]]
  for (const file of files) {
    if (file === open.at(-1)) continue
    const below = open.indexOf(file)
    if (below === -1) open.push(file)
    else open.length = below + 1
    ;(below === -1 ? moves : returns).push(file)
  }
  return { moves, returns }
}

/** @returns a function that watches all functions of the sources which V8 knows then, and returns the list of their calls */
function watchSources(): () => readonly Call[] {
  const session = new Session()
  session.connect()
  onTestFinished(() => session.disconnect())
  const post = <T>(method: string, params: object = {}): T => {
    let answer: T
    session.post(method, params, (err, result) => {
      if (err) throw new Error(`${method}: ${err.message}`)
      answer = result as T
    })
    return answer!
  }
  post('Profiler.enable')
  post('Debugger.enable')
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  return () => {
    const calls: Call[] = []
    Object.assign(globalThis, { [CALLS]: calls })
    onTestFinished(() => void Reflect.deleteProperty(globalThis, CALLS))
    const { result } = post<Profiler.TakePreciseCoverageReturnType>('Profiler.takePreciseCoverage')
    for (const { scriptId, url, functions } of result) {
      const file = fileOf(url)
      if (file === null) continue
      const { scriptSource } = post<Debugger.GetScriptSourceReturnType>('Debugger.getScriptSource', {
        scriptId
      })
      const at = (offset: number): Debugger.Location => {
        const lines = scriptSource.slice(0, offset).split('\n')
        return { scriptId, lineNumber: lines.length - 1, columnNumber: lines.at(-1)!.length }
      }
      for (const { functionName, ranges } of functions) {
        if (functionName === '') continue
        const [start, end] = [at(ranges[0]!.startOffset), at(ranges[0]!.endOffset)]
        const first = { start, end, restrictToFunction: true }
        const { locations } = post<Debugger.GetPossibleBreakpointsReturnType>(
          'Debugger.getPossibleBreakpoints',
          first
        )
        // It never stops there: the condition notes the call, and is false.
        const condition = `(${CALLS}.push(${JSON.stringify([file, functionName])}), false)`
        if (locations[0]) post('Debugger.setBreakpoint', { location: locations[0], condition })
      }
    }
    return calls
  }
}

const CALLS = '__callsOfSources'

function fileOf(url: string): string | null {
  const path = url.startsWith('/') ? `file://${url}` : url
  const file = path.startsWith(SOURCES.href) ? path.slice(SOURCES.href.length) : null
  // Turns and frames come whatever is asked; how many look-ups there are is counted for all asks alike.
  const isOnItsOwn =
    file === 'wire/turns.ts' || file === 'wire/opens/shared-room.ts' || file?.startsWith('wire/frames/')
  return isOnItsOwn ? null : file
}
