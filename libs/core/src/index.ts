export { decodeBuckets, encodeBuckets, type BucketCounts } from './algebra/buckets-part.js';
export { estimateOf } from './algebra/cardinality.js';
export { combinePart, combineStates, identityOf, stateFromSql, stateOf } from './algebra/combine-parts.js';
export { compareText, compareValues } from './algebra/compare-values.js';
export { compositionOf, type Composition } from './algebra/composition.js';
export {
  addExact,
  divideExact,
  exact,
  integerOf,
  multiplyExact,
  remainderExact,
  subtractExact,
  type ExactInteger,
} from './algebra/exact-integer.js';
export { bucketOfValue, valueOfBucket } from './algebra/log-linear.js';
export { type HeldState, type PartAlgebra, type Present, type SqlValue } from './algebra/part-algebra.js';
export { partOf } from './algebra/part-table.js';
export { BEYOND, type BucketIndex, type Part, type Place } from './algebra/part.js';
export { decodePlacedValue, encodePlacedValue, type PlacedValue } from './algebra/place-part.js';
export { comparePlaces } from './algebra/place.js';
export { roundedRatio } from './algebra/exact-ratio.js';
export { presentMeasure } from './algebra/present-measure.js';
export { decodeRegisters, encodeRegisters, registerOf, type Registers } from './algebra/registers-part.js';
export { decodeSet, encodeSet } from './algebra/set-part.js';
export { storageOfColumn } from './answer/column-storage.js';
export { comparedMeasure, distinctBound } from './answer/compared-measure.js';
export { decodeCursor, encodeCursor, type PageShape } from './answer/cursor.js';
export { meets, type Having } from './answer/having.js';
export { mergeRows, rowKeyOf } from './answer/merge-rows.js';
export {
  isAtLeast,
  isOfPartitions,
  offsetAt,
  partitionName,
  startOf,
  type Offset,
  type OffsetVector,
  type Partition,
} from './answer/offset-vector.js';
export {
  MAX_POSITION_LENGTH,
  decodePosition,
  encodePosition,
  furthestOf,
  hasReached,
  positionOf,
  type Position,
} from './answer/position.js';
export { presentRow, presentWindow, type PresentedRow, type PresentedWindow } from './answer/present-row.js';
export { decimalTextOf, presentValue } from './answer/present-value.js';
export { rolledPlan, rollUpRows, type RollUp } from './answer/roll-up.js';
export {
  compareRowPlaces,
  compareRows,
  placeOf,
  rowsInOrder,
  type RowOrder,
  type RowPlace,
} from './answer/row-order.js';
export {
  readRowsRequest,
  type RequestLimits,
  type RequestParameters,
  type RowsRequest,
} from './answer/rows-request.js';
export { isWithin, readWindowSpan, type WindowSpan } from './answer/window-span.js';
export { compileFold, compileFoldSource, foldScope, foldSource, type ViewFold } from './compile/compile-fold.js';
export { compileUpcast, type CompiledUpcast } from './compile/compile-upcast.js';
export { compileSql, type SqlRelation } from './compile/compile-sql.js';
export { expressionCompiler, type CompiledExpressions, type JavaScriptScope } from './compile/javascript-expression.js';
export { runtime } from './compile/runtime.js';
export { duckDb, type SqlDialect } from './compile/sql-dialect.js';
export { columnOfField, overflowSqlOf, sqlOf, sqlTypeOf } from './compile/sql-expression.js';
export { partitionsChanged } from './errors/partitions-changed.js';
export { TwofoldError, impossible, type ErrorCode } from './errors/twofold-error.js';
export { canonicalJson } from './events/canonical-json.js';
export { type ArchivedEvent, type ArchivedRecord, type DeadCode, type Verdict } from './events/archived-event.js';
export { compareEvents, type Effect, type EventChange } from './events/compatibility.js';
export {
  REBUILD_STATES,
  controlEvent,
  isControlEventType,
  readControlEvent,
  type ControlEventData,
  type ControlEventType,
  type ControlMessage,
  type RebuildProgress,
} from './events/control-events.js';
export {
  boolean,
  date,
  decimal,
  double,
  enumOf,
  int,
  itemTypeOf,
  list,
  MAX_DECIMAL_DIGITS,
  optional,
  record,
  scaleOf,
  storageOf,
  string,
  timestamp,
  type DataTypeName,
  type ExactTypeName,
  type Field,
  type Fields,
  type ListField,
  type Optional,
  type RecordField,
  type Scalar,
  type ScalarField,
  type ScalarTypeName,
  type Scale,
  type StorageKind,
  type Value,
  type ValueField,
  type ValueOf,
} from './events/data-type.js';
export { addExtensions, isUriReference, textProblem } from './events/envelope-attributes.js';
export {
  MAX_ATTRIBUTE_NAME_LENGTH,
  MAX_DATA_LENGTH_BYTES,
  MAX_EXTENSIONS,
  MAX_EXTENSION_LENGTH,
  MAX_ID_LENGTH,
  MAX_SOURCE_LENGTH,
  MAX_SUBJECT_LENGTH,
  MAX_TIME_LENGTH,
  MAX_TYPE_LENGTH,
  invalidEnvelope,
  missingAttribute,
  pointerTo,
  problemOf,
  quoted,
  type EventProblem,
  type RefusedEvent,
  type ValidEvent,
} from './events/envelope.js';
export { dataSchemaOf, defineEvent, type EventType, type Upcast } from './events/event-type.js';
export { isText } from './events/is-text.js';
export { leavesOf, type Leaf } from './events/leaves.js';
export { headerOf, type LogRecord } from './events/log-record.js';
export { parseDate } from './events/parse-date.js';
export { parseDecimal, parseInteger as parseIntegerText } from './events/parse-decimal.js';
export { parseTimestamp } from './events/parse-timestamp.js';
export { schemaHashOf } from './events/schema-hash.js';
export { upcastFrom } from './events/upcast.js';
export { dataReaderOf, type DataProblem, type DataReader } from './events/read-data.js';
export { startOfWindow, type DuplicatesWindow } from './events/duplicates.js';
export { asideOf, type Judgement } from './events/judgement.js';
export { PlainRecord, type RecordContent } from './events/plain-record.js';
export { sizeBytesOf, type RawHeader, type RawRecord } from './events/raw-record.js';
export { RecordDecoder, type DecodedKind } from './events/record-decoder.js';
export { RecordJudge, type PartitionState } from './events/record-judge.js';
export {
  RESOLUTION_HEADER,
  RESOLVES_HEADER,
  headersOfResolution,
  resolutionOf,
  type Resolution,
  type ResolutionKind,
} from './events/resolution.js';
export { envelopeReaderOf, type EnvelopeReader } from './events/validate-envelope.js';
export { type ExpressionFunction } from './functions/expression-function.js';
export { callFunction, functionTable } from './functions/function-table.js';
export { NOTHING_ASIDE, addAside, sumAside, type SetAside } from './events/set-aside.js';
export { DEFAULT_DUPLICATES_WINDOW, defineStream, streamNamed, type StreamDefinition } from './events/stream.js';
export { HELD_LIMITS, type DeadLetterPolicy, type WaitingRecord } from './events/waiting-records.js';
export { FIRST_LAYOUT, type ArchiveLayout } from './migration/archive-layout.js';
export {
  decideMigration,
  decideMigrationRequest,
  noteMigration,
  type MigrationCommand,
  type MigrationFinding,
} from './migration/decide-migration.js';
export { evolveMigrations, migrationsOf } from './migration/evolve-migration.js';
export {
  migrationEvent,
  readMigrationEvent,
  type MigrationEvent,
  type MigrationEventData,
  type MigrationEventType,
} from './migration/migration-event.js';
export {
  currentEditionOf,
  isMigrationOver,
  type Migration,
  type MigrationPhase,
  type Migrations,
  type VerifiedEdition,
} from './migration/migration.js';
export { currentEvent } from './naive/current-event.js';
export { evaluate } from './naive/evaluate.js';
export { naiveVerdicts, type NaiveRecord, type NaiveVerdict } from './naive/naive-verdicts.js';
export { naiveView } from './naive/naive-view.js';
export { type PlainEvent } from './naive/plain-event.js';
export { naiveProjection, type EventOfSubject } from './naive/naive-projection.js';
export { checkDeterminism, type HappenedEvent } from './projections/check-determinism.js';
export { defineProjection } from './projections/define-projection.js';
export { planProjection } from './projections/plan-projection.js';
export { ProjectionFold, type FailedEvent } from './projections/projection-fold.js';
export {
  type DataOf,
  type Json,
  type MeasureFields,
  type MeasureValues,
  type ProjectedEvent,
  type Projection,
} from './projections/projection.js';
export { MAX_STATE_LENGTH } from './projections/standing.js';
export {
  decideReplay,
  noteFinding,
  type Decision,
  type ReplayCommand,
  type ReplayFinding,
} from './replay/decide-replay.js';
export {
  differentRows,
  differsWithin,
  type Difference,
  type DifferenceBounds,
  type DifferenceSample,
  type MeasureDifference,
} from './replay/difference.js';
export { evolveReplay, replayOf } from './replay/evolve-replay.js';
export {
  isFinal,
  isRepair,
  isUnderWay,
  needsGenerationBefore,
  type Replay,
  type ReplayPhase,
} from './replay/replay.js';
export {
  PLATFORM,
  readReplayEvent,
  replayEvent,
  type ReplayEvent,
  type ReplayEventData,
  type ReplayEventType,
} from './replay/replay-event.js';
export { asyncApiOf, type AsyncApiDocument } from './schema/async-api.js';
export { lockOf, readLock, textOfLock, type CatalogLock } from './schema/catalog-lock.js';
export {
  compareCatalogs,
  isBreak,
  type CatalogComparison,
  type DeclaredCatalog,
  type LoadFailure,
  type StreamChange,
  type ViewChange,
} from './schema/compare-catalogs.js';
export { type ViewCause } from './schema/compare-view.js';
export { jsonSchemaOf, type JsonSchema } from './schema/json-schema.js';
export { typeScriptOf } from './schema/type-script.js';
export { DAY_PARTS, dayOfCivil, firstDayOf, type CivilDay, type DayPart } from './time/civil-date.js';
export { TIME_PARTS, timeFunctions, type TimeFunction, type TimePart } from './time/time-functions.js';
export { type TimeDialect } from './time/time-sql.js';
export { dateTextOf, instantTextOf } from './time/time-text.js';
export { windowStartSource, windowStarter, type WindowStartSource } from './time/window-source.js';
export { windowStartSql } from './time/window-sql.js';
export {
  ALL_TIME,
  TRUNCATE_UNITS,
  granularitiesOf,
  isCoarser,
  isWindowUnit,
  windowEnd,
  windowStartAt,
  windowsBetween,
  type TruncateUnit,
} from './time/window.js';
export { canonicalTimeZone, firstInstantOf, isTimeZone, offsetsOf, zoneDigest } from './time/zone-offsets.js';
export {
  approximateDistinct,
  average,
  count,
  countWhere,
  distinct,
  first,
  histogram,
  latest,
  max,
  median,
  min,
  quantile,
  standardDeviation,
  sum,
  variance,
  type Measured,
} from './views/aggregates.js';
export { defineCatalog, streamsOf, viewNamed, type Catalog } from './views/catalog.js';
export { CASE_EVENT_TYPE, CASE_LEAVES, CASE_TIME_MS, OVERFLOW, type ExpressionCase } from './views/cases/case.js';
export { EXPRESSION_CASES } from './views/expression-cases.js';
export { checkExpression } from './views/check-expression.js';
export { refusalOf, type RefuseView } from './views/view-problem.js';
export { checkView } from './views/check-view.js';
export { defineView, type Answer, type View } from './views/define-view.js';
export {
  ARITHMETIC_OPERATORS,
  COMPARE_OPERATORS,
  type ArithmeticOperator,
  type CompareOperator,
  type Expression,
  type ExpressionNode,
  type LiteralValue,
  type ValueOfExpression,
} from './views/expression.js';
export { add, bucket, divide, multiply, negate, remainder, subtract, toDecimal } from './views/arithmetic.js';
export {
  concat,
  contains,
  dateOf,
  datePart,
  length,
  listContains,
  listLength,
  lower,
  parseInteger,
  position,
  startsWith,
  substring,
  toText,
  truncate,
  upper,
} from './views/calls.js';
export {
  and,
  coalesce,
  eq,
  eventTime,
  eventType,
  ge,
  gt,
  isEvent,
  isNull,
  le,
  lt,
  ne,
  not,
  oneOf,
  or,
  when,
  type Case,
} from './views/expressions.js';
export { constant, lift, nullOf, type LiteralOf, type Operand } from './views/operand.js';
export { fingerprintOf } from './views/fingerprint.js';
export { FUNCTION_NAMES, type FunctionName } from './views/functions.js';
export { liveViewOf, type LiveView } from './views/live-view.js';
export { namedOperandsOf, operandsOf } from './views/operands.js';
export { planView } from './views/plan-view.js';
export {
  leavesOfAll,
  referencesTo,
  type FieldReference,
  type FieldReferences,
  type ReferencesOf,
} from './views/references.js';
export {
  WINDOW_UNITS,
  type Aggregate,
  type ColumnType,
  type Dimension,
  type EventReference,
  type Measure,
  type ProjectionDefinition,
  type ViewDefinition,
  type ViewId,
  type Window,
  type WindowUnit,
} from './views/view-definition.js';
export { viewOf } from './views/view-of.js';
export {
  type PlannedDimension,
  type PlannedMeasure,
  type Presentation,
  type Source,
  type ViewPlan,
} from './views/view-plan.js';
export {
  decodeParts,
  dimensionsOf,
  encodeParts,
  groupKeyOf,
  type RowSelection,
  type ViewRow,
  type WindowNumber,
} from './views/view-row.js';
export { allTime, daily, hourly, minutely, monthly, quarterly, weekly, yearly } from './views/windows.js';
