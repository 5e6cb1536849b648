// What the stores are made of, each alone: the work of a row that no store can leave out.
export const CONTENDERS = Object.fromEntries(
  [
    'hypercore',
    'rocksdb-native',
    'random-access-file',
    'libsodium',
    'quickbit',
    'noise stream',
    'protomux'
  ].map((name) => [name, name])
)
