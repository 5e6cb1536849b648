import Hypercore from 'hypercore'
import { testHypercoreParts } from '../../../../test/upstream/hypercore-parts.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

testHypercoreParts('packages/sessions/src', import.meta.url, 10, () => new Hypercore(temporaryDirectory()))
