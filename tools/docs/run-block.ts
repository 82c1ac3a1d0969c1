import ts from 'typescript';

/** Runs a module as a page has it, with the imports that it names; what it exports. */
export function runBlock(
  source: string,
  modules: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.CommonJS } });
  const exported: Record<string, unknown> = {};
  new Function('exports', 'require', outputText)(exported, (name: string) => {
    if (modules[name] === undefined) throw new Error(`the page imports ${name}, which is not there`);
    return modules[name];
  });
  return exported;
}
