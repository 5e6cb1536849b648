import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DemoProcess, runDemo } from './demo-process.js'
import { busyFolder, sampleFolder, temporary } from './folder.js'

test('Ctrl-C in any step leaves stores that go on', async () => {
  const dir = await busyFolder()
  const data = await temporary()

  for (const step of ['store', 'mirror', 'read']) {
    const demo = new DemoProcess(dir, '--data', data)
    await demo.saw(new RegExp(`^${step} .* files`, 'm'))
    demo.interrupt()
    expect(await demo.end()).toBe(130)
    expect(demo.stderr).toContain('stopped by SIGINT')
    expect(demo.stderr).toMatch(/has left$/m)
    expect(demo.stderr).not.toContain('ended with')
    expect(demo.stdout).toBe('')
  }

  const { steps } = await runDemo(dir, data)
  expect(steps.slice(0, 2)).toMatchObject([
    { step: 'store', blocks: 0 },
    { step: 'mirror', blocks: 0 }
  ])
})

test('a demo that is killed leaves no process, and stores that go on', async () => {
  const dir = await busyFolder()
  const data = await temporary()

  const demo = new DemoProcess(dir, '--data', data)
  await demo.saw(/^mirror .* files/m)
  demo.child.kill('SIGKILL')
  expect(await demo.end()).toBe(null)

  const { steps } = await runDemo(dir, data)
  expect(steps[0]).toMatchObject({ step: 'store', blocks: 0 })
})

test('a process that is killed fails the demo by name', async () => {
  const { dir } = await sampleFolder()
  const data = await temporary()

  for (const role of ['writer', 'relay', 'reader']) {
    const demo = new DemoProcess(dir, '--data', data)
    const [, pid] = await demo.saw(new RegExp(`^${role} +is process (\\d+)$`, 'm'))
    process.kill(Number(pid), 'SIGKILL')
    expect(await demo.end()).toBe(1)
    expect(demo.stderr).toContain(`${role} (process ${pid}) ended with SIGKILL`)
    expect(demo.stdout).toBe('')
  }

  await runDemo(dir, data)
})

test('a relay that lost its store gets everything again', async () => {
  const { dir } = await sampleFolder()
  const data = await temporary()
  const first = await runDemo(dir, data)
  await rm(join(data, 'relay'), { recursive: true })

  const second = await runDemo(dir, data)
  expect(second.steps.map(({ blocks }) => blocks)).toEqual([0, first.steps[1]?.blocks, 0, undefined])
})
