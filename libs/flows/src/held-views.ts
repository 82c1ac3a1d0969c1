import {
  TwofoldError,
  RecordDecoder,
  type EventType,
  type LiveView,
  type LogRecord,
  type Partition,
} from '@twofold/core';
import { HeldSpeedView, type SpeedViewPorts } from './held-speed-view.js';

/** The versions of views that a worker folds on a partition: each as long as it lives. */
export class HeldViews {
  private readonly held = new Map<string, HeldSpeedView>();

  constructor(
    private readonly ports: SpeedViewPorts,
    private readonly partition: Partition,
    /** The catalog's, and what has decoded each record by them already. */
    private readonly events: readonly EventType[],
    private readonly decoded: RecordDecoder,
  ) {}

  get all(): readonly HeldSpeedView[] {
    return [...this.held.values()];
  }

  /** Takes up those that came to live, and leaves those that live no more. */
  async keepUp(views: readonly LiveView[]): Promise<void> {
    const live = new Map(views.map((view) => [`${view.plan.id.name}@${view.plan.id.version}`, view]));
    for (const [name, view] of this.held) {
      if (live.has(name)) continue;
      this.held.delete(name);
      await view.leave();
    }
    for (const [name, view] of live) {
      if (this.held.has(name)) continue;
      this.held.set(name, new HeldSpeedView(this.ports, view.plan, this.partition, this.readerOf(view)));
    }
  }

  private readerOf({ plan, events }: LiveView): (record: LogRecord) => RecordDecoder {
    return events === this.events ? () => this.decoded : ownReader(plan.id.name, events);
  }
}

/**
 * Decodes by events that are not the catalog's any more. One of a version that came later stops the view there:
 * what it says cannot be said in an older version. The version of the view that reads it is to be promoted before it is sent.
 */
function ownReader(view: string, events: readonly EventType[]): (record: LogRecord) => RecordDecoder {
  const decoder = new RecordDecoder(events);
  return (record) => {
    if (decoder.decode(record) !== 'unknown-version') return decoder;
    throw new TwofoldError(
      'unknown-event-version',
      `this version of ${view} does not read ${record.header('ce_dataschema')}: a newer version of the view does`,
    );
  };
}
