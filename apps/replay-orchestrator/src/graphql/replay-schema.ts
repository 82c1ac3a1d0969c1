/** Replays by GraphQL: what REST has, under the same names. Offsets, and what may be beyond 2^31, are Float. */
export const REPLAY_SCHEMA = `
"Any JSON value."
scalar Json

"How much may differ for a version to be promoted by itself: rows that are not the same, and their share of all rows. Both must hold."
type Bounds { rows: Float! share: Float! }
input BoundsInput { rows: Int! share: Float! }

"Windows of the view, from the start of one to before the start of another, ISO 8601."
type Windows { from: String! to: String! }
input WindowsInput { from: String! to: String! }

"The events of [from, done) are computed, those of [done, to) are not."
type PartitionProgress { stream: String! partition: Int! from: Float! done: Float! to: Float! }

type Progress {
  "0 to 1; null: it has no cut yet, or was given up."
  share: Float
  "Events computed in a second of computing; null: nothing is measured."
  eventsPerSecond: Float
  "null: it is paused, not begun, or not measured."
  remainingMs: Float
  partitions: [PartitionProgress!]!
}

type Failure { code: String! message: String! }

"Something that was decided, by whom, or found by the platform (twofold)."
type ReplayEvent { sequence: Int! at: String! type: String! by: String! note: String data: Json! }
type ReplayEvents { events: [ReplayEvent!]! next: Int }

"The building of a version of a view over all history, beside the one that serves."
type Replay {
  id: String! view: String! version: String! before: String! engine: String!
  phase: String! isPaused: Boolean!
  "Those that are computed; null: all."
  windows: Windows
  "At most; null: as fast as it goes."
  eventsPerSecond: Float
  "null: somebody promotes it."
  promoteWithin: Bounds
  cut: Json
  rowCount: Float
  progress: Progress!
  "Once both versions are compared: rows only in one, rows that differ, by measure, with samples."
  difference: Json
  failure: Failure
  "Why the last promotion or rollback was not done."
  refusal: String
  "Until when the version that does not serve is kept."
  keptUntil: String
  requestedBy: String! requestedAt: String! updatedAt: String!
  "In order, those after the event of this number."
  events(after: Int, limit: Int): ReplayEvents!
}

type PlannedPartition { stream: String! partition: Int! from: Float! to: Float! archivedTo: Float! logStart: Float! }

"What a replay would do."
type ReplayPlan {
  view: String! version: String! before: String! engine: String! windows: Windows
  partitions: [PlannedPartition!]!
  events: Float! files: Int! bytes: Float estimatedMs: Float
}

"A version of a view: candidate, founded, serving, retired or removing."
type ViewVersion { version: String! state: String! isDeclared: Boolean! keptUntil: String replay: String }

type Query {
  "Newest first."
  replays(view: String, limit: Int): [Replay!]!
  replay(id: String!): Replay!
  viewVersions(view: String!): [ViewVersion!]!
}

type Mutation {
  "Writes nothing."
  planReplay(view: String!, version: String, engine: String, windows: WindowsInput, partitions: [Int!]): ReplayPlan!
  startReplay(
    view: String!, version: String, engine: String, windows: WindowsInput, partitions: [Int!]
    eventsPerSecond: Int, promoteWithin: BoundsInput, by: String!, note: String
  ): Replay!
  pauseReplay(id: String!, by: String!, note: String): Replay!
  resumeReplay(id: String!, by: String!, note: String): Replay!
  "null: as fast as it goes."
  throttleReplay(id: String!, eventsPerSecond: Int, by: String!, note: String): Replay!
  cancelReplay(id: String!, by: String!, note: String): Replay!
  promoteReplay(id: String!, by: String!, note: String): Replay!
  rollbackReplay(id: String!, by: String!, note: String): Replay!
}
`;
