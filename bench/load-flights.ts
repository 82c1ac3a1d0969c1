import { KafkaAdmin, KafkaWriter } from '@twofold/event-log-kafka';
import { flightEvents } from './flights.ts';

export const STREAM = 'flights';

/** Puts the first `events` flights on a topic of their own. */
export async function loadFlights(
  { brokers, partitions, events }: { readonly brokers: string; readonly partitions: number; readonly events: number },
  namespace: string,
): Promise<void> {
  const options = { brokers: brokers.split(','), namespace };
  const admin = new KafkaAdmin(options);
  await admin.ensureStream(STREAM, partitions);
  await admin.close();
  const writer = new KafkaWriter(options);
  for await (const chunk of flightEvents(events)) await writer.append(STREAM, chunk);
  await writer.close();
}
