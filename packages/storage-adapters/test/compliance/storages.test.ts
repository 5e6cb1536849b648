import { test } from 'vitest'
import { testStorage } from '../../compliance/index.js'
import { STORAGES } from './storages.js'

for (const storage of STORAGES) testStorage(test, storage)
