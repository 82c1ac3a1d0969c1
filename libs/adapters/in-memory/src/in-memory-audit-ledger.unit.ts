import { auditLedgerContract } from '@twofold/testkit';
import { InMemoryAuditLedger } from './in-memory-audit-ledger.js';

auditLedgerContract('in memory', async () => new InMemoryAuditLedger());
