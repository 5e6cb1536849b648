/** MurmurHash3, x86, 32 bits (Austin Appleby, public domain): https://github.com/aappleby/smhasher */
export function hashKey(key: Uint8Array, seed: number): number {
  const whole = key.byteLength & ~3
  let hash = seed
  for (let i = 0; i < whole; i += 4) {
    hash ^= mixed(key[i]! | (key[i + 1]! << 8) | (key[i + 2]! << 16) | (key[i + 3]! << 24))
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  let rest = 0
  for (let i = key.byteLength - 1; i >= whole; i--) rest = (rest << 8) | key[i]!
  hash ^= mixed(rest) ^ key.byteLength

  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function mixed(word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51)
  return Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593)
}
