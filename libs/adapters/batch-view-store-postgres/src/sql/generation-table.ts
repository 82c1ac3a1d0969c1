import type { ViewPlan } from '@twofold/core';
import {
  WINDOW,
  dimensionColumns,
  generationColumns,
  measureColumns,
  type GenerationColumn,
} from './generation-columns.js';
import { keyIndexName, quoteIdentifier, tableReference, windowIndexName } from './identifier.js';

export const createTable = (table: string, plan: ViewPlan): string =>
  createTableOf(table, [...generationColumns(plan), ...measureColumns(plan).map(({ column }) => column)]);

/** The rows of a build under way: none of its columns says that a row is there once. */
export const createStageTable = (table: string, plan: ViewPlan): string =>
  createTableOf(table, generationColumns(plan));

const createTableOf = (table: string, columns: readonly GenerationColumn[]): string =>
  `CREATE TABLE ${tableReference(table)} (${columns.map(columnDefinition).join(', ')})`;

export const copyIntoTable = (table: string): string => `COPY ${tableReference(table)} FROM STDIN WITH (FORMAT text)`;

/** FREEZE: the table is of the same transaction, so its rows need no later visit of vacuum. */
export const copyIntoNew = (table: string): string =>
  `COPY ${tableReference(table)} FROM STDIN WITH (FORMAT text, FREEZE true)`;

/** The key of a row; also what proves that the engine gave each row once. */
export const createKeyIndex = (table: string, plan: ViewPlan): string =>
  `CREATE UNIQUE INDEX ${quoteIdentifier(keyIndexName(table))} ON ${tableReference(table)} (${keysOf(plan)}) NULLS NOT DISTINCT`;

/** For a stage whose rows are looked up by key before it is done: of a projection the states are, of a view nothing. */
export const createStageIndex = (table: string, plan: ViewPlan): string =>
  `CREATE INDEX ${quoteIdentifier(keyIndexName(table))} ON ${tableReference(table)} (${keysOf(plan)})`;

const keysOf = (plan: ViewPlan): string =>
  [...dimensionColumns(plan), WINDOW].map(({ name }) => quoteIdentifier(name)).join(', ');

/** For ranges of windows over all dimensions, and answers in order of time. Equal keys are stored once, so it is small. */
export const createWindowIndex = (table: string): string =>
  `CREATE INDEX ${quoteIdentifier(windowIndexName(table))} ON ${tableReference(table)} (${quoteIdentifier(WINDOW.name)})`;

export const analyzeTable = (table: string): string => `ANALYZE ${tableReference(table)}`;

export const dropTables = (tables: readonly string[]): string =>
  `DROP TABLE IF EXISTS ${tables.map(tableReference).join(', ')}`;

const columnDefinition = ({ name, sqlType, collation, isNullable }: GenerationColumn): string =>
  `${quoteIdentifier(name)} ${sqlType}${collation}${isNullable ? '' : ' NOT NULL'}`;
