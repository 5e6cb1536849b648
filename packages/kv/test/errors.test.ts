import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { ENGINE_ERRORS, EngineError } from '../src/index.js'
import type { EngineErrorCode } from '../src/index.js'

test.each(Object.keys(ENGINE_ERRORS) as EngineErrorCode[])(
  '%s is printed with what it has, and no more',
  (code) => {
    expect(inspect(new EngineError(code, 'a message'))).not.toContain('undefined')
    const details = { file: 'LOCK', offset: 3, holder: 7, cause: new Error('why') }
    expect(new EngineError(code, 'a message', details)).toMatchObject(details)
  }
)
