// A user's CommonJS module that may use a store, and does not yet: no table of checksums is loaded, and no add-on.
import kv = require('@manycore/kv')

const loaded = Object.keys(require.cache).filter((file) => /crc-universal|fs-native-extensions/.test(file))
if (loaded.length > 0) throw new Error(`loading ${kv.RandomAccessEngine.name} loads ${loaded.join(', ')}`)
