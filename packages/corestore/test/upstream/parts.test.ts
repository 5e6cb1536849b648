import Hypercore from 'hypercore'
import { testHypercoreParts } from '../../../../test/upstream/hypercore-parts.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

testHypercoreParts('packages/corestore/src', import.meta.url, 1, () => new Hypercore(temporaryDirectory()))
