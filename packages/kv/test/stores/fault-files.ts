import {
  type Fault,
  FaultFiles,
  FaultPlan,
  type Op,
  type RandomAccess,
  RandomAccessEngine,
  type RandomAccessEngineOptions
} from '../../src/index.js'
import { call } from '../../src/disk/file.js'
import { MemoryFiles } from './places.js'
import { contents } from './recorded.js'

export const LOG = /\.log$/
export const put = (key: string, bytes = 100): Op => ({
  type: 'put',
  key: Buffer.from(key),
  value: Buffer.alloc(bytes, key)
})

export function memoryFiles(faults: readonly Fault[] = [], seed?: number): FaultFiles {
  return new FaultFiles(new MemoryFiles().open, new FaultPlan(faults, seed))
}

export async function opened(
  files: FaultFiles,
  options: RandomAccessEngineOptions = {}
): Promise<RandomAccessEngine> {
  const engine = new RandomAccessEngine(files.open, options)
  await engine.open()
  return engine
}

export async function reopened(files: FaultFiles): Promise<string> {
  const engine = await opened(files)
  const found = await contents(engine)
  await engine.close()
  return found
}

export const write = (file: RandomAccess, offset: number, text: string): Promise<void> =>
  call((done) => file.write(offset, Buffer.from(text), done))

export async function textOf(file: RandomAccess): Promise<string> {
  const { size } = await call<{ size: number }>((done) => file.stat(done))
  return String(size === 0 ? '' : await call<Uint8Array>((done) => file.read(0, size, done)))
}
