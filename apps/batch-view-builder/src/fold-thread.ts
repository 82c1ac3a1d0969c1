import '@twofold/platform/no-maglev';
import { workerData } from 'node:worker_threads';
import { serveFolds } from '@twofold/batch-engine-fold';
import { catalog } from '@twofold/catalog';
import { openFolds } from './open-folds.js';
import type { BatchViewBuilderSettings } from './settings.js';

// What a thread of the engine `fold` runs. Its stores are its own: nothing is shared but the process.
serveFolds(await openFolds(workerData as BatchViewBuilderSettings, catalog));
