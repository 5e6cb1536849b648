// open.cjs <directory> [hold]: opens the store in files there, and prints `open` or the code of the error. Then it closes
// it, or with `hold` stays until it is killed. Run by scripts/test-matrix.mjs on two runtimes at once.
const { RandomAccessEngine } = require('@manycore/kv')
const RandomAccessFile = require('random-access-file')

const { argv } = typeof Bare === 'undefined' ? process : Bare
const [directory, holds] = argv.slice(2)
const engine = new RandomAccessEngine((file) => new RandomAccessFile(file, { directory }))

engine.open().then(
  () => {
    console.log('open')
    if (holds === undefined) return engine.close()
    setInterval(() => {}, 1000)
  },
  (err) => console.log(err.code ?? err)
)
