import type {
  ArchivedEvent,
  ArchivedRecord,
  EventType,
  Offset,
  OffsetVector,
  Partition,
  SetAside,
} from '@twofold/core';
import type { WaitingChanges } from './dead-letters.js';

/** One immutable file of the archive: events of one type, with the typed columns of one version, of one offset range. */
export type ArchiveFile = {
  readonly partition: Partition;
  /** The range [from, to) of offsets it was made from. */
  readonly from: Offset;
  readonly to: Offset;
  /** null: the records that are set aside, or no event of a known type. */
  readonly eventType: string | null;
  /** The version whose typed columns it has: that of its events, or one that they were brought up to. null with the type. */
  readonly eventVersion: number | null;
  readonly rowCount: number;
  /** What it takes on its store; null: it was archived before that was written down. */
  readonly sizeBytes: number | null;
  /** The times of its events; null: it has none, or was archived before that was written down. */
  readonly times: { readonly oldestMs: number; readonly newestMs: number } | null;
  /** Where it stands: an absolute path, or an s3:// address. */
  readonly location: string;
};

/** By what a record is told from others that are the same event. */
export type ArchivedIdentity = {
  readonly offset: Offset;
  readonly appendedAtMs: number;
  readonly source: string;
  readonly id: string;
};

/**
 * The log's history as immutable Parquet files. A row per record: `stream`, `partition`, `offset`, `applied_offset`,
 * `appended_at` (ms), `verdict` ('event' | 'duplicate' | 'dead' | 'held' | 'resolution'), `reason`, `id`, `source`, `subject`,
 * `type`, `version`, `event_time` (ms), `data` (the text as it came, of the version that it came in), and a typed column `d_<path>` for each leaf of
 * the data of the file's version. An event that was held has a row as `held`, and in the range of what released it another as `event`: from its
 * `applied_offset` on it counts, `offset` is its own. `place` orders those of one `applied_offset`. Files from before there was `applied_offset`: it is `offset`; before there was `place`: what stands at an offset comes
 * before what it releases, and that is in order of `offset`. How rows are divided among files is a matter of the current edition's layout (see `ArchiveEditions`);
 * who reads while another becomes current reads one of both, and needs not know.
 */
export interface MasterDataset {
  /** Every offset of the partition below this is archived. 0 at first. It never goes back. */
  archivedTo(partition: Partition): Promise<Offset>;

  /**
   * Archives the records of [from, to), which must begin where the archive ends. Files first, then the manifest row
   * that makes them live, in one transaction with a constraint against gaps and overlaps. false: the archive does not
   * end at `from` (another archiver was first), or another edition became current meanwhile; nothing of this call is live. When it rejects, the range may be live all
   * the same: ask `archivedTo`. Killed before the manifest row: files that nothing names, which the next archiver of the
   * partition removes. What the range changes of what waits is written in that transaction (see `DeadLetters`).
   * `types` are the catalog's versions, for the typed columns of each in the range; the events are in the order in which they count.
   */
  append(
    partition: Partition,
    from: Offset,
    to: Offset,
    events: readonly ArchivedEvent[],
    types: readonly EventType[],
    waiting: WaitingChanges,
  ): Promise<boolean>;

  /** The live files that hold events of a type, of all its versions (null: what is set aside) below a cut; the file that a cut goes through is among them. */
  filesBelow(cut: OffsetVector, eventType: string | null): Promise<readonly ArchiveFile[]>;

  /**
   * The events of these types that apply at offsets in [from, below), all versions, in the order in which they count: by offset, and
   * what one record released in the order of its release. The range must be archived. In chunks; a bounded number of rows is in
   * memory, and files outside the range are not opened. Rejects with `conflict` when `stop` is aborted before the last chunk.
   */
  read(
    partition: Partition,
    range: { readonly from: Offset; readonly below: Offset },
    types: readonly string[],
    stop?: AbortSignal,
  ): AsyncIterable<readonly ArchivedRecord[]>;

  /** What is set aside below a cut, as of the cut, and the newest append time there. The cut must be archived. */
  summaryBelow(cut: OffsetVector): Promise<SetAside & { readonly appliedAtMs: number | null }>;

  /** Of the events of [from, below), in order, duplicates and held ones among them: what is no event of the catalog is not. The range must be archived; the caller bounds it. */
  identities(partition: Partition, from: Offset, below: Offset): Promise<readonly ArchivedIdentity[]>;

  close(): Promise<void>;
}
