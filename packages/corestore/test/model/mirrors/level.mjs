/** Milliseconds after which what is waited for does not come: more than a mirror waits for what does not come. */
const PATIENCE_MS = 60_000

/**
 * Resolves once every store says that nothing differs from its peers. What one has got from one peer it may have to tell another:
 * so each is asked as many times as a change may be passed on.
 */
export async function level(world) {
  await Promise.all(world.changing)
  for (let round = 0; round < world.members.length; round++) {
    await Promise.all(world.members.map((member) => synced(member)))
  }
}

async function synced({ store, index }) {
  let timer
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`store ${index} is not level`)), PATIENCE_MS)
  })
  try {
    await Promise.race([store.synced(), late])
  } finally {
    clearTimeout(timer)
  }
}
