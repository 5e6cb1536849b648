import type { Hypercore } from '@manycore/hypercore-types'

/** Has the peers of a core wait for all answers, until the function is called that it returns. */
export function holdAnswers(core: Hypercore): () => void {
  const held: (() => void)[] = []
  for (const peer of core.peers as unknown as { _handleRequest(request: object): Promise<void> }[]) {
    const { _handleRequest } = peer
    peer._handleRequest = async (request) => {
      await new Promise<void>((resolve) => held.push(resolve))
      await _handleRequest.call(peer, request)
    }
  }
  return () => {
    for (const answer of held) answer()
  }
}
