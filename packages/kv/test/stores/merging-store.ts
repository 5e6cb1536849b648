import b4a from 'b4a'
import { expect } from 'vitest'
import { type MergeDeps, type MergePick, runMerge } from '../../src/compaction/merge.js'
import { flushMemtable } from '../../src/compaction/output.js'
import { pickCompaction, pickMerge } from '../../src/compaction/pick.js'
import { DEFAULT_SIZES, type LevelSizes } from '../../src/compaction/sizes.js'
import type { Found } from '../../src/cursor/cursor.js'
import { mergeCursor, type Source } from '../../src/cursor/merge.js'
import { segmentFileName, valueFileName } from '../../src/disk/file-names.js'
import type { Op, Range } from '../../src/engine.js'
import {
  applyEdit,
  type LevelEdit,
  type Levels,
  liveValueBytes,
  segmentFor,
  type ValueFileInfo
} from '../../src/manifest/levels.js'
import { runSource } from '../../src/segment/run.js'
import { Layers, memtableOf } from './layers.js'
import { MemoryFiles } from './memory-files.js'

/** Small enough that a few thousand entries go through several levels. */
export const SMALL_SIZES: LevelSizes = {
  ...DEFAULT_SIZES,
  level0Segments: 2,
  level1Bytes: 4000,
  ratio: 3,
  segmentBytes: 1000,
  smallValueFileBytes: 10_000
}

/** Segments in levels, flushed and merged as an engine would, without log and manifest. */
export class MergingStore {
  readonly layers: Layers = new Layers(new MemoryFiles())
  readonly sizes: LevelSizes
  levels: Levels = []
  valueFiles: ValueFileInfo[] = []
  written = 0

  constructor(sizes: LevelSizes = SMALL_SIZES) {
    this.sizes = sizes
  }

  get liveBytes(): number {
    const live = liveValueBytes(this.levels)
    return (
      this.levels.flat().reduce((sum, { bytes }) => sum + bytes, 0) +
      Array.from(live.values()).reduce((a, b) => a + b, 0)
    )
  }

  async flush(ops: readonly Op[]): Promise<void> {
    await this.apply(await flushMemtable(memtableOf(ops).snapshot(), this.layers))
  }

  /** Until no merge is needed. */
  async merge(): Promise<void> {
    for (let pick; (pick = pickMerge(this.levels, this.valueFiles, this.sizes)) !== null;)
      await this.run(pick)
  }

  async compact(range?: Range): Promise<void> {
    for (let pick; (pick = pickCompaction(this.levels, this.valueFiles, range, this.sizes)) !== null;)
      await this.run(pick)
  }

  async run(pick: MergePick, deps: Partial<MergeDeps> = {}): Promise<void> {
    const { files, nextId, values, open } = this.layers
    await this.apply(await runMerge(pick, { files, nextId, values, segment: (id) => open.get(id)!, ...deps }))
  }

  /** Makes an edit the state, and removes what no segment needs any more. */
  async apply(edit: LevelEdit): Promise<void> {
    const { files, open, values } = this.layers
    this.levels = applyEdit(this.levels, edit)
    this.expectInOrder()
    this.written += edit.addedValueFiles.reduce((sum, { bytes }) => sum + bytes, 0)
    for (const info of edit.added) {
      if (open.has(info.id)) continue
      this.written += info.bytes
      await this.layers.openSegment(info)
    }
    const kept = new Set(this.levels.flat().map(({ id }) => id))
    for (const id of open.keys()) {
      if (kept.has(id)) continue
      open.delete(id)
      await files.remove(segmentFileName(id))
    }
    const live = liveValueBytes(this.levels)
    for (const { id } of [...this.valueFiles, ...edit.addedValueFiles]) {
      if (live.has(id)) continue
      values.forget(id)
      await files.remove(valueFileName(id))
    }
    this.valueFiles = [...this.valueFiles, ...edit.addedValueFiles].filter(({ id }) => live.has(id))
  }

  async get(key: Uint8Array): Promise<Found> {
    for (const [n, infos] of this.levels.entries()) {
      const segments = infos.map(({ id }) => this.layers.open.get(id)!)
      for (const segment of n === 0 ? segments : [segmentFor(segments, key)]) {
        const found = await segment?.get(key)
        if (found !== undefined) return found
      }
    }
    return undefined
  }

  async read(range: Range = {}): Promise<string[]> {
    const level = (ids: Levels[number]): Source =>
      runSource(
        ids.map(({ id }) => this.layers.open.get(id)!),
        range
      )
    const sources = [
      ...(this.levels[0] ?? []).map((info) => level([info])),
      ...this.levels.slice(1).map(level)
    ]
    return this.layers.read(mergeCursor(sources, range))
  }

  /** Below level 0: in order and disjoint. */
  expectInOrder(): void {
    for (const level of this.levels.slice(1)) {
      const bounds = level.flatMap(({ start, end }) => [start, end])
      const unordered = bounds.findIndex((each, i) => i > 0 && b4a.compare(bounds[i - 1]!, each) > 0)
      expect(unordered).toBe(-1)
    }
  }
}
