import '@twofold/platform/no-maglev';
import { runApp } from '@twofold/platform';
import { replayOrchestratorApp } from './replay-orchestrator-app.js';

await runApp(replayOrchestratorApp);
