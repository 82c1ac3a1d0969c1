import { count, daily, defineView } from '@twofold/core';
import { accountRegistered } from '../events/account-registered.js';

/** How many new users did we have yesterday, and today so far? */
export const newUsersByDay = defineView({
  name: 'new-users-by-day',
  description: 'New users by day of registration',
  from: accountRegistered,
  window: daily({ timeZone: 'UTC' }),
  measures: () => ({ newUsers: count() }),
});
