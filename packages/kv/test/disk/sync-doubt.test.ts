import { expect, test } from 'vitest'
import { SyncDoubt } from '../../src/disk/sync-doubt.js'

const FAILURE = new Error('not stored')

/** Syncs that end when the test says so. */
class Device {
  readonly ends: { resolve: () => void; reject: (err: unknown) => void }[] = []
  readonly sync = (): Promise<void> => new Promise((resolve, reject) => this.ends.push({ resolve, reject }))
}

async function nothing(): Promise<void> {}

async function settle(): Promise<void> {
  for (let left = 10; left > 0; left--) await Promise.resolve()
}

test('a sync waits for the one before it, and fails when that one does', async () => {
  const device = new Device()
  const doubt = new SyncDoubt()
  await doubt.write(0, 10, nothing)
  const syncs = [doubt.sync(device.sync), doubt.sync(device.sync)].map((sync) => sync.catch((err) => err))
  await settle()
  expect(device.ends.length).toBe(1)
  device.ends[0]!.reject(FAILURE)
  expect(await Promise.all(syncs)).toEqual([FAILURE, FAILURE])
  await doubt.write(0, 10, nothing)
  const again = doubt.sync(device.sync)
  await settle()
  device.ends[1]!.resolve()
  await again
})

test('a sync that runs fails when another failed meanwhile that was to store the same', async () => {
  const device = new Device()
  const doubt = new SyncDoubt()
  await doubt.write(0, 10, nothing)
  const sync = doubt.sync(device.sync)
  await settle()
  doubt.fail(FAILURE)
  device.ends[0]!.resolve()
  await expect(sync).rejects.toBe(FAILURE)
  await expect(doubt.sync(device.sync)).rejects.toBe(FAILURE)
})

test('what is written while a sync runs is in doubt when the next one fails', async () => {
  const device = new Device()
  const doubt = new SyncDoubt()
  let written!: () => void
  const write = doubt.write(0, 10, () => new Promise((resolve) => (written = resolve)))
  const first = doubt.sync(device.sync)
  await settle()
  device.ends[0]!.resolve()
  await first
  written()
  await write
  const second = doubt.sync(device.sync)
  await settle()
  device.ends[1]!.reject(FAILURE)
  await expect(second).rejects.toBe(FAILURE)
  await expect(doubt.sync(device.sync)).rejects.toBe(FAILURE)
})

test('a write that a failed sync may have caught half-way takes away no doubt', async () => {
  const device = new Device()
  const doubt = new SyncDoubt()
  let written!: () => void
  const write = doubt.write(0, 10, () => new Promise((resolve) => (written = resolve)))
  const sync = doubt.sync(device.sync)
  await settle()
  device.ends[0]!.reject(FAILURE)
  await expect(sync).rejects.toBe(FAILURE)
  written()
  await write
  await expect(doubt.sync(device.sync)).rejects.toBe(FAILURE)
})

test('what is in doubt may be written again piece by piece, all of it', async () => {
  const doubt = new SyncDoubt()
  await doubt.write(0, 10, nothing)
  await expect(doubt.sync(() => Promise.reject(FAILURE))).rejects.toBe(FAILURE)
  await doubt.write(6, 10, nothing)
  await doubt.write(0, 6, nothing)
  await expect(doubt.sync(nothing)).rejects.toBe(FAILURE)
  await doubt.write(6, 12, nothing)
  await doubt.sync(nothing)
})
