import { replayLedgerContract } from '@twofold/testkit';
import { InMemoryReplayLedger } from './in-memory-replay-ledger.js';

replayLedgerContract('in memory', async () => new InMemoryReplayLedger());
