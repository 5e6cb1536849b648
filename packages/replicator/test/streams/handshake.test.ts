import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import type { ProtocolStream } from '@manycore/hypercore-types'
import { expect, onTestFinished, test } from 'vitest'
import type { ReplicatorError } from '../../src/index.js'
import { side } from '../kit/side.js'
import { pipe } from '../kit/wires.js'

const failed = { name: 'ReplicatorError', code: 'HANDSHAKE_FAILED' }

test('two initiators: each end’s stream and replicator say so with a code', async () => {
  const sides = [side(), side()]
  const reasons = sides.map(
    ({ replicator }) =>
      new Promise<ReplicatorError | null>((resolve) => {
        replicator.once('stream-close', (_, reason) => resolve(reason))
      })
  )
  const streams = sides.map(({ replicator }) => replicator.replicate(true))
  const errors = streams.map((stream) => new Promise((resolve) => stream.once('error', resolve)))
  const [near, far] = await sockets()
  carry(streams[0]!, near)
  carry(streams[1]!, far)
  for (const err of [...(await Promise.all(errors)), ...(await Promise.all(reasons))]) {
    expect(err).toMatchObject({ ...failed, message: expect.stringContaining('replicate(true)') })
  }
  expect(sides.map(({ replicator }) => replicator.streams.records.length)).toEqual([0, 0])
})

test('two initiators piped with pipeline(): its callback gets the code', async () => {
  const [one, two] = [side(), side()]
  const [near, far] = [one.replicator.replicate(true), two.replicator.replicate(true)]
  const error = new Promise((resolve) => pipeline(near as never, far as never, near as never, resolve))
  expect(await error).toMatchObject(failed)
})

test('a stream that its owner destroys during the handshake keeps its own error, and its destroy()', async () => {
  const { replicator } = side()
  const stream = replicator.replicate(true)
  const { noiseStream } = stream
  const closed = new Promise<void>((resolve) => noiseStream.once('close', resolve))
  const error = new Promise((resolve) => noiseStream.once('error', resolve))
  const own = Object.assign(new Error('mine'), { code: 'MINE' })
  stream.on('error', () => {})
  ;(noiseStream as unknown as { destroy(err: Error): void }).destroy(own)
  expect(await error).toBe(own)
  await closed
  expect(Object.hasOwn(noiseStream, 'destroy')).toBe(false)
})

test('the reason of a close is told even if a listener of the error closes the replicator', async () => {
  const { replicator } = side()
  const told: unknown[] = []
  replicator.on('refused', ({ code }) => told.push(['refused', code]))
  replicator.on('stream-close', (_, reason) => told.push(['stream-close', reason?.code]))
  const [ours, theirs] = [new NoiseSecretStream(true), new NoiseSecretStream(true)]
  theirs.on('error', () => {})
  replicator.replicate(ours)
  const closing = new Promise<void>((resolve) => {
    ours.on('error', ({ code }: Error & { code?: string }) => {
      told.push(['error', code])
      resolve(replicator.close())
    })
  })
  pipe(ours.rawStream, theirs.rawStream)
  await closing
  expect(told).toEqual(['refused', 'error', 'stream-close'].map((event) => [event, 'HANDSHAKE_FAILED']))
})

async function sockets(): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [far] = (await once(server, 'connection')) as [Socket]
  server.close()
  return [near, far]
}

function carry(stream: ProtocolStream, socket: Socket): void {
  pipeline(stream as never, socket, stream as never, () => {})
  onTestFinished(() => void socket.destroy())
}
