import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import RandomAccessFile from 'random-access-file'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RandomAccess, RandomAccessEngine, type RandomAccessEngineOptions } from '../../src/index.js'
import { nameOf, ownProcess, parseName, type ProcessId } from '../../src/lock/process.js'
import { killAll, StoreProcess } from './store-process.js'

let directory: string
let holders: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kv-holders-'))
  holders = join(directory, 'LOCK.holders')
})

afterEach(async () => {
  delete (globalThis as { Bun?: unknown }).Bun
  await killAll()
  rmSync(directory, { recursive: true })
})

function engine(options?: RandomAccessEngineOptions): RandomAccessEngine {
  return new RandomAccessEngine((name) => new RandomAccessFile(name, { directory }), options)
}

/** This process passes for one of Bun, until the test ends. */
function asBun(): void {
  ;(globalThis as { Bun?: unknown }).Bun = {}
}

/** Leaves a holder file as another process would, with the store taken. */
function leave(holder: Partial<ProcessId>): string {
  const name = nameOf({ ...ownProcess(), ...holder }, false)
  mkdirSync(holders, { recursive: true })
  writeFileSync(join(directory, 'LOCK'), '')
  writeFileSync(join(holders, name), 'has the store\n')
  return name
}

for (const [one, other] of [
  ['bun', 'bun'],
  ['bun', 'node'],
  ['node', 'bun']
] as const) {
  test(`a store that ${one} has open is closed to ${other}: while it runs, is stopped, and until it was killed`, async () => {
    const [first, second] = [
      await StoreProcess.start(directory, one),
      await StoreProcess.start(directory, other)
    ]
    expect(await first.tell('open')).toBe('ok')
    expect(await second.tell('open')).toBe('ELOCKED')
    expect(await first.tell('put')).toBe('ok')
    expect(await first.tell('close')).toBe('ok')

    expect(await second.tell('open')).toBe('ok')
    expect(await first.tell('open')).toBe('ELOCKED')
    expect(await second.tell('close')).toBe('ok')

    expect(await first.tell('open')).toBe('ok')
    first.stop()
    expect(await second.tell('open')).toBe('ELOCKED')
    await first.kill()
    expect(await second.tell('open')).toBe('ok')
    expect(readdirSync(holders).map((name) => parseName(name)!.pid)).toEqual([second.pid])
    expect(await second.tell('close')).toBe('ok')
    expect(existsSync(holders)).toBe(false)
  })
}

test('of many that come at once for the store of a process that was killed, one gets it', async () => {
  const dead = await StoreProcess.start(directory, 'bun')
  expect(await dead.tell('open')).toBe('ok')
  const [left] = readdirSync(holders)
  await dead.kill()

  const kinds = ['bun', 'bun', 'node', 'bun', 'node'] as const
  const rivals = await Promise.all(kinds.map((as) => StoreProcess.start(directory, as)))
  for (let round = 0; round < 20; round++) {
    writeFileSync(join(holders, left!), 'has the store\n')
    const answers = await Promise.all(rivals.map((rival) => rival.tell('open')))
    expect(answers.toSorted(), `round ${round}`).toEqual([...Array(4).fill('ELOCKED'), 'ok'])
    expect(await rivals[answers.indexOf('ok')]!.tell('put')).toBe('ok')
    expect(await rivals[answers.indexOf('ok')]!.tell('close')).toBe('ok')
    mkdirSync(holders)
  }
})

test('a pid that another process has by now holds nothing', async () => {
  const name = leave({ started: '1' })
  asBun()
  const store = engine()
  await store.open()
  expect(readdirSync(holders)).not.toContain(name)
  await store.close()
})

test('what was left before the system was started again holds nothing', async () => {
  leave({ boot: '00000000' })
  asBun()
  const store = engine()
  await store.open()
  await store.close()
})

test('a killed process that its parent has not waited for holds nothing', async () => {
  const child = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore']
  })
  const [pid] = await once(child.stdout, 'data').then(([text]) => [Number(text)])
  const started = statOf(pid!).split(' ')[19]!
  leave({ pid, started })
  asBun()
  await expect(engine().open()).rejects.toMatchObject({ code: 'ELOCKED', holder: pid })

  process.kill(pid!, 'SIGKILL')
  while (!statOf(pid!).startsWith('Z')); // the system has taken notice
  const store = engine()
  await store.open()
  await store.close()
  child.kill('SIGKILL')
  await once(child, 'exit')
})

for (const [where, holder] of Object.entries({
  'on another host': { host: 'ffffffff' },
  'in another container': { namespace: 'ffffffff' },
  'where no start time is known': { started: '' }
})) {
  test(`of a process ${where} the store is not taken, and the error says which file to remove`, async () => {
    const name = leave(holder)
    const message = expect.stringMatching(
      new RegExp(`as far as can be told from here. If it is not, remove .*/LOCK\\.holders/${name}$`)
    )
    await expect(engine().open()).rejects.toMatchObject({ code: 'ELOCKED', message })
    await expect(engine({ readOnly: true }).open()).resolves.toBeUndefined() // LOCK is empty: it was never written
    asBun()
    await expect(engine().open()).rejects.toMatchObject({ code: 'ELOCKED', message })
    expect(readdirSync(holders)).toEqual([name])
    rmSync(join(holders, name))
    const store = engine()
    await store.open()
    await store.close()
  })
}

test('a holder file that a lock of the operating system disproves is removed, whatever its process is', async () => {
  const name = nameOf(ownProcess(), true)
  mkdirSync(holders)
  writeFileSync(join(holders, name), 'has the store\n')
  const store = engine()
  await store.open()
  expect(readdirSync(holders)).not.toContain(name)
  await store.close()
})

test('readers heed no lock, and leave no trace', async () => {
  const writer = await StoreProcess.start(directory, 'bun')
  expect(await writer.tell('open')).toBe('ok')
  expect(await writer.tell('put')).toBe('ok')
  const before = readdirSync(holders)
  for (const end of [() => writer.kill(), async () => {}]) {
    const reader = engine({ readOnly: true })
    await reader.open()
    expect(await reader.getMany([Buffer.from('by')])).toEqual([Buffer.from(String(writer.pid))])
    await reader.close()
    expect(readdirSync(holders)).toEqual(before)
    await end()
  }
})

test('a file where the directory of the holders is to be is ENGINE_FAILED, and named', async () => {
  const one = (options?: RandomAccessEngineOptions): RandomAccessEngine =>
    new RandomAccessEngine(new RandomAccessFile('one', { directory }), options)
  for (const [make, path] of [
    [engine, holders],
    [one, join(directory, 'one.holders')]
  ] as const) {
    const store = make()
    await store.open()
    await store.close()
    writeFileSync(path, '')
    const refused = {
      code: 'ENGINE_FAILED',
      message: expect.stringContaining(`${path} is a file, and must be a directory`)
    }
    await expect(make().open()).rejects.toMatchObject(refused)
    if (make === one) await expect(make({ readOnly: true }).open()).rejects.toMatchObject(refused)
    expect(readFileSync(path, 'utf8')).toBe('')
    rmSync(path)
    await store.open()
    await store.close()
  }
})

test('a store has one lock, by whatever path it is reached', async () => {
  const link = join(directory, 'link')
  mkdirSync(join(directory, 'real'))
  symlinkSync(join(directory, 'real'), link)
  asBun()
  const [first, second] = ['real', 'link'].map(
    (name) =>
      new RandomAccessEngine((file) => new RandomAccessFile(file, { directory: join(directory, name) }))
  )
  await first!.open()
  await expect(second!.open()).rejects.toMatchObject({ code: 'ELOCKED' })
  await first!.close()
})

test('wait: open() waits for a process that locks by files', async () => {
  const other = await StoreProcess.start(directory, 'bun')
  expect(await other.tell('open')).toBe('ok')
  const waiting = engine({ wait: true })
  const opening = waiting.open()
  await expect(engine().open()).rejects.toMatchObject({ code: 'ELOCKED' })
  expect(await other.tell('close')).toBe('ok')
  await opening
  await waiting.close()
})

test('files that have a descriptor and no name cannot be locked there, which is said before anything is written', async () => {
  asBun()
  const opened: RandomAccessFile[] = []
  const nameless = (name: string): RandomAccess => {
    const file = new RandomAccessFile(name, { directory })
    opened.push(file)
    return new Proxy(file, { get: (_, key) => (key === 'filename' ? undefined : bound(file, key)) })
  }
  const refused = { code: 'BAD_ARGUMENT', field: 'lock' }
  await expect(new RandomAccessEngine(nameless).open()).rejects.toMatchObject(refused)
  expect(readdirSync(directory)).toEqual(['LOCK'])
  expect(opened.every(({ fd }) => fd === 0)).toBe(true)
})

function bound(file: RandomAccessFile, key: string | symbol): unknown {
  const value: unknown = Reflect.get(file, key)
  return typeof value === 'function' ? value.bind(file) : value
}

/** What Linux says of a process, after its pid and name. */
function statOf(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!
}
