import { at, day, CASE_TIME_MS, type ExpressionCase, of } from './case.js';
import { dateOf, datePart, truncate } from '../calls.js';
import { eventTime } from '../expressions.js';

export const times: readonly ExpressionCase[] = [
  ...of(eventTime, [], [CASE_TIME_MS]),
  ...of(datePart(at, 'hour', 'Europe/Berlin'), ['at'], [0, 1], [-1, 0], [null, null]),
  ...of(datePart(at, 'isoWeek', 'UTC'), ['at'], [Date.UTC(2021, 0, 3), 53], [Date.UTC(2021, 0, 4), 1]),
  ...of(datePart(at, 'isoYear', 'UTC'), ['at'], [Date.UTC(2021, 0, 3), 2020]),
  ...of(datePart(day, 'dayOfWeek'), ['day'], [0, 4], [-3, 1], [null, null]),
  ...of(datePart(day, 'dayOfYear'), ['day'], [59, 60], [11_016, 60], [11_322, 366]),
  ...of(
    dateOf(at, 'Pacific/Apia'),
    ['at'],
    [Date.UTC(2011, 11, 30, 9, 59), 15_337],
    [Date.UTC(2011, 11, 30, 10), 15_339],
  ),
  ...of(dateOf(at), ['at'], [-1, -1], [0, 0]),
  ...of(truncate(at, 'month'), ['at'], [CASE_TIME_MS, Date.UTC(2001, 1, 1)], [null, null]),
  ...of(truncate(at, 'day', 'America/New_York'), ['at'], [CASE_TIME_MS, Date.UTC(2001, 1, 2, 5)]),
  ...of(datePart(at, 'minute', 'Asia/Kathmandu'), ['at'], [0, 30], [-1, 29], [Date.UTC(1990, 0, 1), 45]),
  ...of(datePart(at, 'year', 'UTC'), ['at'], [Date.UTC(1969, 11, 31, 23, 59, 59, 999), 1969], [0, 1970]),
  ...of(
    datePart(at, 'dayOfMonth', 'America/New_York'),
    ['at'],
    [Date.UTC(2001, 2, 1, 4, 59), 28],
    [Date.UTC(2001, 2, 1, 5), 1],
  ),
  ...of(
    datePart(at, 'hour', 'Europe/Berlin'),
    ['at'],
    [Date.UTC(2001, 9, 28, 0, 30), 2],
    [Date.UTC(2001, 9, 28, 1, 30), 2],
    [Date.UTC(2001, 2, 25, 1), 3],
  ),
  ...of(datePart(day, 'quarter'), ['day'], [0, 1], [-1, 4], [180, 2], [181, 3]),
  ...of(datePart(day, 'isoWeek'), ['day'], [0, 1], [-3, 1], [-4, 52], [11_322, 52]),
  ...of(datePart(day, 'year'), ['day'], [-719_528, 0], [-719_162, 1], [2_932_896, 9999]),
  ...of(datePart(dateOf(at, 'Pacific/Apia'), 'dayOfYear'), ['at'], [Date.UTC(2011, 11, 30, 10), 365], [null, null]),
  ...of(truncate(at, 'week'), ['at'], [0, Date.UTC(1969, 11, 29)], [Date.UTC(2001, 1, 4, 23), Date.UTC(2001, 0, 29)]),
  ...of(truncate(at, 'hour', 'Asia/Kathmandu'), ['at'], [Date.UTC(2001, 0, 1, 0, 20), Date.UTC(2001, 0, 1, 0, 15)]),
  ...of(truncate(at, 'year', 'Australia/Lord_Howe'), ['at'], [Date.UTC(2001, 5, 1), Date.UTC(2000, 11, 31, 13)]),
  ...of(
    truncate(truncate(at, 'day', 'Europe/Berlin'), 'month', 'Europe/Berlin'),
    ['at'],
    [Date.UTC(2001, 6, 15), Date.UTC(2001, 5, 30, 22)],
    [null, null],
  ),
  ...of(dateOf(truncate(eventTime, 'quarter')), [], [11_323]),
];
