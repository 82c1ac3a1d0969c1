import '@twofold/platform/no-maglev';
import { runApp } from '@twofold/platform';
import { ingestApp } from './ingest-app.js';

await runApp(ingestApp);
