import { transformSync } from '@swc/core';
import { registerHooks } from 'node:module';

/**
 * From here on, the workspace's own modules are loaded from their sources, whether or not they are built: the catalog can
 * be read at once after a change, also where types no longer fit, which is when there is something to say about it.
 */
export function readSources(): void {
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier.startsWith('@twofold/'))
        return next(specifier, { ...context, conditions: [...context.conditions, '@twofold/source'] });
      const isOwn = specifier.startsWith('.') && specifier.endsWith('.js') && isSource(context.parentURL);
      return next(isOwn ? specifier.replace(/\.js$/, '.ts') : specifier, context);
    },
    load(url, context, next) {
      if (!isSource(url)) return next(url, context);
      const { source } = next(url, { ...context, format: 'module' });
      const code = typeof source === 'string' ? source : Buffer.from(source as Uint8Array).toString();
      const compiled = transformSync(code, {
        swcrc: false,
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023', keepClassNames: true },
        module: { type: 'es6' },
      });
      return { format: 'module', source: compiled.code, shortCircuit: true };
    },
  });
}

const isSource = (url: string | undefined): boolean =>
  url !== undefined && url.startsWith('file:') && url.endsWith('.ts') && !url.includes('/node_modules/');
