// Resolves workspace packages to their TypeScript, as `--conditions=source` would for a new process.
export function resolve(specifier, context, next) {
  return next(specifier, { ...context, conditions: ['source', ...context.conditions] });
}
