import { defineEvent, optional, string } from '@twofold/core';

/** Somebody has become a user. Its subject is the account. */
export const accountRegistered = defineEvent({
  type: 'account.registered',
  version: 1,
  stream: 'accounts',
  description: 'Somebody has become a user',
  data: {
    plan: string({ maxLength: 40 }),
    /** ISO 3166 code, where it is known. */
    country: optional(string({ maxLength: 2 })),
  },
});
