/** Codes of what a package says when it is loaded where it cannot work; docs/errors.md shows them. */
export const LOAD_ERRORS = {
  NODE_TOO_OLD: 'This version of Node is older than the oldest one that the package supports.',
  HYPERCORE_MISSING: 'The `hypercore` that the package uses, and its user installs, is not there.',
  HYPERCORE_TOO_OLD: 'The `hypercore` beside the package is of version 10 or older.'
}

/**
 * What the code of a built package begins with: one clear sentence instead of what an old Node or Hypercore would say.
 * @param {import('../workspace/packages.mjs').Manifest} manifest
 */
export function requirements({ name, engines, peerDependencies }) {
  const node = /^>=(\d+\.\d+)$/.exec(engines?.node ?? '')?.[1]
  if (node === undefined) throw new Error(`${name}: "engines" must say which Node, as ">=20.19"`)
  const parts = [`(${refuseOldNode})(${JSON.stringify(name)}, ${JSON.stringify(node)});`]
  if (peerDependencies?.hypercore) {
    // Spelled out, so that bundlers see what is loaded.
    const load = 'function () { return require("hypercore") }'
    parts.push(`(${refuseOldHypercore})(${JSON.stringify(name)}, ${load});`)
  }
  return parts.join('\n')
}

// Both run in the package, in syntax that an old Node can parse, and see nothing of this file.

/**
 * @param {string} name
 * @param {string} oldest
 */
function refuseOldNode(name, oldest) {
  const version = typeof process === 'object' && process.versions && process.versions.node
  if (!version) return
  const [hasMajor = 0, hasMinor = 0] = version.split('.').map(Number)
  const [major = 0, minor = 0] = oldest.split('.').map(Number)
  if (hasMajor > major || (hasMajor === major && hasMinor >= minor)) return
  const text = `NODE_TOO_OLD: ${name} needs Node ${oldest} or newer, and this is Node ${version}: install a newer Node`
  const err = Object.assign(new Error(text), { code: 'NODE_TOO_OLD' })
  throw Object.defineProperty(err, Symbol.for('manycore.error'), { value: true })
}

/**
 * @param {string} name
 * @param {() => { createCore?: unknown }} load
 */
function refuseOldHypercore(name, load) {
  let code = 'HYPERCORE_TOO_OLD'
  let text = 'and the one that is installed is older: npm install hypercore@11'
  let cause
  try {
    if (typeof load().createCore === 'function') return // Hypercore 10 has none
  } catch (err) {
    const { code: loading, message } = /** @type {NodeJS.ErrnoException} */ (err)
    if (loading !== 'MODULE_NOT_FOUND' || !/['" ]hypercore['", ]/.test(message)) throw err
    code = 'HYPERCORE_MISSING'
    text = 'which is not installed: npm install hypercore@11'
    cause = err
  }
  const err = Object.assign(new Error(`${code}: ${name} needs Hypercore 11, ${text}`, { cause }), { code })
  throw Object.defineProperty(err, Symbol.for('manycore.error'), { value: true })
}
