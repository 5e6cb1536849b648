import { expect, test } from 'vitest'
import { check, fixture, manifest } from '../fixture.js'

const upstream = `
module.exports = class Core {
  static open() {}
  read() {}
}
module.exports.LIMIT = 1
`

function workspace(shim: string): string {
  return fixture({
    'packages/sessions/package.json': manifest('sessions', { dependencies: { up: '1.0.0' } }),
    'packages/hypercore-types/package.json': manifest('hypercore-types'),
    'packages/hypercore-types/src/index.ts':
      'export interface Core { read(): void; readonly length: number; close(): void }',
    'packages/sessions/node_modules/up/index.js': upstream,
    'types/up.d.ts': shim
  })
}

const whole = (body: string): string => `declare module 'up' { ${body}\n export = Core }`

test('members that exist pass, and so do optional ones and types', async () => {
  const { code, text } = await check(
    'checks/shims',
    workspace(whole('class Core { static open(): void; read(): void; close?(): void }'))
  )
  expect(text).not.toContain('not ok')
  expect(code).toBe(0)
})

test.each([
  ['static', whole('class Core { static create(): void }'), 'up.create'],
  ['prototype method', whole('class Core { read(): void; write(): void }'), 'up.prototype.write'],
  [
    'method of an interface that the class extends',
    whole("interface Core extends T {}\n type T = import('@manycore/hypercore-types').Core\n class Core {}"),
    'up.prototype.close'
  ],
  ['function', "declare module 'up' { export function open(): void; export function shut(): void }", 'shut'],
  ['value', "declare module 'up' { export const LIMIT: number; export const LEAST: number }", 'LEAST']
])('a shim that names a missing %s fails', async (_kind, shim, member) => {
  const { code, text } = await check('checks/shims', workspace(shim))
  expect(text).toContain(`types/up.d.ts: ${member} does not exist at run time`)
  expect(text.match(/does not exist/g)).toHaveLength(1)
  expect(code).toBe(1)
})

test('a shim of a module that nothing depends on fails', async () => {
  const { code, text } = await check(
    'checks/shims',
    workspace("declare module 'other' { export const a: number }")
  )
  expect(text).toContain("no package depends on 'other'")
  expect(code).toBe(1)
})
