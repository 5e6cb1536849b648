import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { STORAGE_ERRORS, StorageError } from '../src/index.js'
import type { StorageErrorCode } from '../src/index.js'

test.each(Object.keys(STORAGE_ERRORS) as StorageErrorCode[])(
  '%s is printed with what it has, and no more',
  (code) => {
    expect(inspect(new StorageError(code, 'a message'))).not.toContain('undefined')
    expect(new StorageError(code, 'a message', { holder: 7 })).toMatchObject({ holder: 7, pid: 7 })
  }
)
