import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { controlEvent, type ControlMessage } from '@twofold/core';
import type { BuildPorts } from '@twofold/flows';
import type { Clock, ControlChannel } from '@twofold/ports';

/** Tells the other apps of cuts and generations. A lost announcement costs a poll interval, so it never fails a build. */
export function announcementsOn(control: ControlChannel, clock: Clock): BuildPorts['announce'] {
  const logger = new Logger('Announcements');
  const publish = async (event: ControlMessage): Promise<void> => {
    await control
      .publish(event)
      .catch((error: unknown) => logger.warn(`${event.type} could not be told: ${String(error)}`));
  };
  const about = (): { id: string; timeMs: number } => ({ id: randomUUID(), timeMs: clock.now() });
  return {
    cutRequested: (view, cut) =>
      publish(controlEvent('view.cut-requested', { view: view.name, version: view.version, cut }, about())),
    published: ({ view, number, cut }) =>
      publish(
        controlEvent(
          'generation.published',
          { view: view.name, version: view.version, generation: number, cut },
          about(),
        ),
      ),
  };
}
