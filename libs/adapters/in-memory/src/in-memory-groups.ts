import { partitionName, type Partition } from '@twofold/core';
import type { Assignment } from '@twofold/ports';

type Member = {
  readonly partitions: readonly Partition[];
  readonly onAssigned: (assignment: Assignment) => void;
  readonly held: Map<string, AbortController>;
};

/** Consumer groups in memory: a group's partitions go round its members, anew whenever one comes or goes. */
export class InMemoryGroups {
  private readonly members = new Map<string, Set<Member>>();

  /** See `PartitionAssigner.follow`. */
  async follow(
    group: string,
    partitions: readonly Partition[],
    onAssigned: (assignment: Assignment) => void,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return;
    const member: Member = { partitions, onAssigned, held: new Map() };
    const members = this.members.get(group) ?? new Set();
    this.members.set(group, members.add(member));
    share(members);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    members.delete(member);
    hold(member, []);
    share(members);
  }
}

function share(members: ReadonlySet<Member>): void {
  const all = [...members];
  const shares = all.map((member, turn) => member.partitions.filter((_, index) => index % all.length === turn));
  // Released everywhere before it is assigned anywhere.
  all.forEach((member, turn) => release(member, shares[turn] ?? []));
  all.forEach((member, turn) => hold(member, shares[turn] ?? []));
}

function release(member: Member, kept: readonly Partition[]): void {
  const names = new Set(kept.map(partitionName));
  for (const [name, controller] of member.held) {
    if (names.has(name)) continue;
    member.held.delete(name);
    controller.abort();
  }
}

function hold(member: Member, partitions: readonly Partition[]): void {
  release(member, partitions);
  for (const partition of partitions) {
    if (member.held.has(partitionName(partition))) continue;
    const controller = new AbortController();
    member.held.set(partitionName(partition), controller);
    member.onAssigned({ partition, released: controller.signal });
  }
}
