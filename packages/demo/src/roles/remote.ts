/**
 * Downloads the blocks of a core that are not here yet, and counts both kinds.
 * @param core   of another writer; opened with active: false, so that nobody is asked about a core that is whole
 * @param range  { start, blocks, size }: blocks [start, start + blocks), size bytes in all
 * @param tally  Tally
 */
export async function fetchBlocks(core, { start, blocks, size }, tally) {
  const end = start + blocks
  let got = 0
  let gotBytes = 0

  await core.ready()
  if (!(await core.has(start, end))) {
    core.on('download', ondownload)
    core.setActive(true)
    await core.download({ start, end }).done()
    core.off('download', ondownload)
  }

  tally.found(blocks - got)
  tally.passed(size - gotBytes)

  function ondownload(index, bytes) {
    if (index < start || index >= end) return
    got++
    gotBytes += bytes
    tally.moved(1, bytes)
    tally.passed(bytes)
  }
}
