/** What the apps tell each other, on the stream `control`. Plain data; versioned like any event. */
export type ControlEvent = {
  /** Unique; whoever hears an id twice may do its work twice, so handlers are idempotent. */
  readonly id: string;
  /** e.g. `view.cut-requested`. */
  readonly type: string;
  readonly version: number;
  readonly timeMs: number;
  /** Ordering key: events of one subject are heard in the order they were published. */
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
};

export interface ControlChannel {
  /** Resolves when the event is durable on the log. Rejects with `log-unavailable`. */
  publish(event: ControlEvent): Promise<void>;
  /**
   * Hands over every control event, one after the other, at least once per group: an event counts as heard when
   * `handle` resolved; if it rejects, the same event comes again after a pause (at most 3 times, then it is logged and
   * passed over: the truth is in Postgres, control events only hasten). A new group begins at the end of the stream.
   * Every process with a group name of its own hears everything. Resolves when it listens.
   */
  subscribe(group: string, handle: (event: ControlEvent) => Promise<void>): Promise<{ close(): Promise<void> }>;
  close(): Promise<void>;
}
