import {
  impossible,
  storageOf,
  storageOfColumn,
  type ColumnType,
  type Part,
  type PlannedMeasure,
  type StorageKind,
  type ViewPlan,
} from '@twofold/core';

/** A column of a generation's table. `sqlType` is what a parameter compared with it is cast to. */
export type GenerationColumn = {
  readonly name: string;
  readonly sqlType: string;
  readonly collation: string;
  readonly isNullable: boolean;
};

/** The window is a column like the others: its start, ms since 1970. */
export const WINDOW: GenerationColumn = column('window_number', 'bigint', false);

/** One column per dimension, by its index in the plan: d0, d1, … */
export const dimensionColumns = (plan: ViewPlan): readonly GenerationColumn[] =>
  plan.dimensions.map(({ column: { type, nullable } }, index) =>
    column(`d${index}`, sqlTypeOf(storageOfOrdered({ type, nullable })), nullable),
  );

/** One column per part, by its index in the plan: p0, p1, … */
export const partColumns = (plan: ViewPlan): readonly GenerationColumn[] => plan.parts.map(partColumn);

/** All columns that make rows, in the order in which they are loaded and read. */
export const generationColumns = (plan: ViewPlan): readonly GenerationColumn[] => [
  ...dimensionColumns(plan),
  WINDOW,
  ...partColumns(plan),
];

/** What rows are ordered and chosen by where no part says it: the value of a measure, as it is when the row is loaded. */
export type MeasureColumn = { readonly measure: number; readonly column: GenerationColumn };

/** One column per measure whose value is made of parts, by its index in the plan: m2, … A histogram has none. */
export const measureColumns = (plan: ViewPlan): readonly MeasureColumn[] =>
  plan.measures.flatMap(({ present, column: type }, measure) => {
    const storage = storageOfColumn(type);
    return present.kind === 'value' || storage === null
      ? []
      : [{ measure, column: column(`m${measure}`, sqlTypeOf(storage), true) }];
  });

/** The column that has a measure's value. */
export function columnOfMeasure(plan: ViewPlan, index: number): GenerationColumn {
  const measure: PlannedMeasure = plan.measures[index] ?? impossible(`measure ${index}`);
  const own = measureColumns(plan).find((candidate) => candidate.measure === index);
  return own?.column ?? partColumns(plan)[measure.parts[0] ?? -1] ?? impossible(`order by ${measure.name}`);
}

/** Whether a part's states are text that may be long. */
export const isLong = (part: Part): boolean => isWide(part) || part.kind === 'reduced';

/** Whether a part's states are text of many entries, which are combined one by one: sets, registers, buckets. */
export const isWide = (part: Part): boolean =>
  part.kind === 'set' || part.kind === 'registers' || part.kind === 'buckets';

function partColumn(part: Part, index: number): GenerationColumn {
  const name = `p${index}`;
  switch (part.kind) {
    case 'count':
      return column(name, 'bigint', false);
    case 'sum':
      // of any size
      return column(name, 'numeric', false);
    case 'min':
    case 'max':
      return column(name, sqlTypeOf(storageOf(part.type)), true);
    case 'argmin':
    case 'argmax':
    case 'reduced':
      return column(name, 'text', true);
    case 'set':
    case 'registers':
    case 'buckets':
      return column(name, 'text', false);
    default:
      return impossible(`part ${JSON.stringify(part satisfies never)}`);
  }
}

function column(name: string, sqlType: string, isNullable: boolean): GenerationColumn {
  // Text by code point, whatever the database's own collation: the order of bytes in UTF-8.
  return { name, sqlType, collation: sqlType === 'text' ? ' COLLATE "C"' : '', isNullable };
}

const storageOfOrdered = (type: ColumnType): StorageKind =>
  storageOfColumn(type) ?? impossible(`a dimension of ${type.type}`);

/** Decimals are the integers of their units, times and dates numbers, as everywhere else. */
function sqlTypeOf(storage: StorageKind): string {
  switch (storage) {
    case 'text':
      return 'text';
    case 'integer':
      return 'bigint';
    case 'double':
      return 'double precision';
    case 'boolean':
      return 'boolean';
    default:
      return impossible(`storage ${JSON.stringify(storage satisfies never)}`);
  }
}
