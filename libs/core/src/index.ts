export { combinePart, identityOf } from './algebra/combine-parts.js';
export { compareText, compareValues } from './algebra/compare-values.js';
export { compositionOf, type Composition } from './algebra/composition.js';
export { addExact, exact, multiplyExact, subtractExact, type ExactInteger } from './algebra/exact-integer.js';
export { type Part } from './algebra/part.js';
export { presentMeasure } from './algebra/present-measure.js';
export { decodeCursor, encodeCursor } from './answer/cursor.js';
export { mergeRows, rowKeyOf } from './answer/merge-rows.js';
export {
  isAtLeast,
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
export { presentRow, type PresentedRow } from './answer/present-row.js';
export { compareRows, type RowOrder } from './answer/row-order.js';
export {
  readRowsRequest,
  type RequestLimits,
  type RequestParameters,
  type RowsRequest,
} from './answer/rows-request.js';
export { compileFold, foldSource, type ViewFold } from './compile/compile-fold.js';
export { compileSql, type SqlSource } from './compile/compile-sql.js';
export { javaScriptOf } from './compile/javascript-expression.js';
export { runtime } from './compile/runtime.js';
export { duckDb, type SqlDialect } from './compile/sql-dialect.js';
export { columnOfField, sqlOf } from './compile/sql-expression.js';
export { TwofoldError, impossible, type ErrorCode } from './errors/twofold-error.js';
export { type ArchivedEvent, type Verdict } from './events/archived-event.js';
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
  double,
  int,
  optional,
  string,
  timestamp,
  type DataTypeKind,
  type Field,
  type Fields,
  type Scalar,
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
export { dataSchemaOf, defineEvent, type EventType } from './events/event-type.js';
export { headerOf, type LogRecord } from './events/log-record.js';
export { parseTimestamp } from './events/parse-timestamp.js';
export { dataReaderOf, type DataProblem, type DataReader } from './events/read-data.js';
export { RecordDecoder, type DecodedKind } from './events/record-decoder.js';
export { envelopeReaderOf, type EnvelopeReader } from './events/validate-envelope.js';
export { evaluate } from './naive/evaluate.js';
export { naiveView } from './naive/naive-view.js';
export { type PlainEvent } from './naive/plain-event.js';
export { defineCatalog, eventOf, streamsOf, viewNamed, type Catalog } from './views/catalog.js';
export { checkView, operandsOf } from './views/check-view.js';
export {
  average,
  count,
  daily,
  defineView,
  hourly,
  max,
  min,
  sum,
  type Answer,
  type FieldReferences,
  type Measured,
  type View,
} from './views/define-view.js';
export {
  type ArithmeticOperator,
  type CompareOperator,
  type Expression,
  type ExpressionNode,
  type LiteralValue,
  type ValueOfExpression,
} from './views/expression.js';
export {
  add,
  and,
  coalesce,
  eq,
  eventTime,
  ge,
  gt,
  isNull,
  le,
  lt,
  multiply,
  ne,
  not,
  or,
  subtract,
  type Operand,
} from './views/expressions.js';
export { fingerprintOf } from './views/fingerprint.js';
export { planView } from './views/plan-view.js';
export {
  type Aggregate,
  type ColumnType,
  type Dimension,
  type EventReference,
  type Measure,
  type ViewDefinition,
  type ViewId,
  type Window,
} from './views/view-definition.js';
export { type PlannedDimension, type PlannedMeasure, type ViewPlan } from './views/view-plan.js';
export {
  decodeParts,
  dimensionsOf,
  encodeParts,
  groupKeyOf,
  type RowSelection,
  type ViewRow,
  type WindowNumber,
} from './views/view-row.js';
export { startOfWindow, widthOf, windowAt } from './views/window-number.js';
