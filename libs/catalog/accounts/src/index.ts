import { accountRegistered } from './events/account-registered.js';
import { newUsersByDay } from './views/new-users-by-day.js';

export { accountRegistered, newUsersByDay };
export const accounts = { events: [accountRegistered], views: [newUsersByDay], projections: [] } as const;
