import type { ControlChannel, ControlEvent } from '@twofold/ports';

/** How often an event whose handler rejected comes again, and the pause before, milliseconds. */
const MAX_REDELIVERIES = 3;
const REDELIVERY_PAUSE_MS = 5;

type Handle = (event: ControlEvent) => Promise<void>;
/** What a group has heard of the stream, and who of it listens: the first that does hears the next event. */
type Group = { heard: number; readonly handlers: Set<Handle>; delivering: boolean };

/** The control stream in memory, for tests and for reading the contract. */
export class InMemoryControlChannel implements ControlChannel {
  private readonly stream: ControlEvent[] = [];
  private readonly groups = new Map<string, Group>();

  /** `passedOver` hears of events whose handler rejected once too often. */
  constructor(private readonly passedOver: (event: ControlEvent, cause: unknown) => void = () => undefined) {}

  async publish(event: ControlEvent): Promise<void> {
    this.stream.push(event);
    for (const group of this.groups.values()) void this.deliver(group);
  }

  async subscribe(group: string, handle: Handle): Promise<{ close(): Promise<void> }> {
    const joined = this.groups.get(group) ?? { heard: this.stream.length, handlers: new Set(), delivering: false };
    this.groups.set(group, joined);
    joined.handlers.add(handle);
    void this.deliver(joined);
    return { close: async () => void joined.handlers.delete(handle) };
  }

  async close(): Promise<void> {
    for (const { handlers } of this.groups.values()) handlers.clear();
  }

  /** One event after the other; what nobody of the group listens to waits. */
  private async deliver(group: Group): Promise<void> {
    if (group.delivering) return;
    group.delivering = true;
    let redeliveries = 0;
    // An event is heard when its handler resolved, so the place moves after it.
    for (let event = this.stream[group.heard]; event !== undefined; event = this.stream[group.heard]) {
      const [handle] = group.handlers;
      if (handle === undefined) break;
      try {
        await handle(event);
        group.heard++;
        redeliveries = 0;
      } catch (cause) {
        if (redeliveries++ < MAX_REDELIVERIES) {
          await new Promise((resolve) => setTimeout(resolve, REDELIVERY_PAUSE_MS));
          continue;
        }
        this.passedOver(event, cause);
        group.heard++;
        redeliveries = 0;
      }
    }
    group.delivering = false;
  }
}
