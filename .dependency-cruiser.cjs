/** The import rules of the code, in one direction: main → routes, consumers, schedule → use-cases → store, domain. */

const TESTS = '\\.test\\.ts$|/test/|^e2e/|^bench/';
const service = '^services/([^/]+)/src';
/** A part of one service, by file or folder: `part('use-cases')` is use-cases.ts and use-cases/. */
const part = (...names) => `^services/[^/]+/src/(${names.join('|')})(/|\\.ts$)`;

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const code = (path) => ({ path, pathNot: TESTS });

module.exports = {
  forbidden: [
    rule(
      'no-cycles',
      'Two files that need each other are one file, or hide a third. Types are erased and tie no knot.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    rule('resolvable', 'An import leads somewhere.', {}, { couldNotResolve: true }),
    rule(
      'declared',
      'A package names what it uses: what is merely there today is gone with the next install.',
      code('^(packages|services|apps|cli)/'),
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
    rule(
      'no-test-tools-in-code',
      'What runs in production does not need what tests need.',
      { path: '^(packages|services|cli)/[^.]*/?src/', pathNot: `${TESTS}|/testing\\.ts$` },
      { path: '/testing\\.ts$|/test/|\\.test\\.ts$' },
    ),
    rule(
      'no-service-imports-a-service',
      'What a service needs of another it learns from events.',
      { path: '^services/([^/]+)/' },
      { path: '^services/', pathNot: '^services/$1/' },
    ),
    rule(
      'services-stand-alone',
      'Tools know services; services do not know tools.',
      code('^(packages|services)/'),
      { path: '^(cli|e2e|bench|deploy)/' },
    ),
    rule(
      'tests-know-stand-ins-alone',
      'A test of a service may stand on what stands in for a provider, and on no other tool.',
      { path: '^(packages|services)/.*(\\.test\\.ts$|/test/)' },
      { path: '^(cli|e2e|bench|deploy)/', pathNot: '^deploy/stand-ins/' },
    ),
    rule(
      'packages-know-no-service',
      'Packages lie below services.',
      { path: '^packages/[^/]+/src/' },
      { path: '^services/' },
    ),
    rule(
      'kit-knows-no-event',
      'The kit carries events of any name, and answers routes of any path.',
      code('^packages/kit/src/'),
      { path: '^packages/contracts/src/(events|api)/' },
    ),
    rule(
      'contracts-depend-on-zod-alone',
      'A browser must be able to load them.',
      { path: '^packages/contracts/src/' },
      { pathNot: '^packages/contracts/src/|^node_modules/zod/' },
    ),
    rule(
      'web-knows-contracts-alone',
      'What a browser knows of the system is its API.',
      { path: '^apps/web/' },
      { path: '^(packages/kit|services|cli|e2e|bench|deploy)/' },
    ),
    rule(
      'nobody-imports-the-web',
      'It is the end of the line: the gateway serves what is built of it.',
      { path: '^(packages|services|cli|e2e|bench|deploy)/' },
      { path: '^apps/' },
    ),
    rule(
      'web-areas-stand-alone',
      'Each area is a chunk of its own; what two need is in parts, api, session, live or words.',
      { path: '^apps/web/src/(public|account|student|teacher|admin|finance|system)/' },
      {
        path: '^apps/web/src/(public|account|student|teacher|admin|finance|system)/',
        pathNot: '^apps/web/src/$1/',
      },
    ),
    rule(
      'domain-is-pure',
      'Domain knows itself, errors, money, the sentences it explains with, and the shapes of its facts as types.',
      code('^services/([^/]+)/src/domain/'),
      {
        pathNot: [
          '^services/$1/src/domain/',
          '^packages/kit/src/errors\\.ts$',
          '^packages/contracts/src/(money|decision-steps)\\.ts$',
        ],
        dependencyTypesNot: ['type-only'],
      },
    ),
    rule(
      'domain-takes-only-contract-types',
      'Even a type ties: domain takes those of contracts, and no others.',
      code('^services/([^/]+)/src/domain/'),
      {
        pathNot: ['^services/$1/src/domain/', '^packages/contracts/src/', '^packages/kit/src/errors\\.ts$'],
        dependencyTypes: ['type-only'],
      },
    ),
    rule('store-is-below', 'SQL serves use cases and knows nothing above itself.', code(part('store')), {
      path: part('main', 'app', 'config', 'routes', 'consumers', 'schedule', 'use-cases', 'queries'),
    }),
    rule(
      'use-cases-are-called',
      'A use case is called by routes, consumers and the clock; it calls none of them, and reads through its store.',
      code(part('use-cases')),
      { path: part('main', 'app', 'routes', 'consumers', 'schedule', 'queries') },
    ),
    rule(
      'queries-serve-routes',
      'What is read for an answer (answer-*.ts are the longer ones of routes) or a gauge decides nothing.',
      {
        path: service,
        pathNot: `${TESTS}|${part('routes', 'queries', 'collect', 'gauges', 'answer-[a-z-]+')}`,
      },
      { path: part('queries') },
    ),
    rule(
      'queries-only-read',
      'A read locks nothing, writes nothing and decides nothing.',
      code(part('queries')),
      {
        path: part('main', 'app', 'routes', 'consumers', 'schedule', 'use-cases'),
        dependencyTypesNot: ['type-only'],
      },
    ),
    rule(
      'main-wires',
      'Entrances are opened by main alone.',
      { path: service, pathNot: `${TESTS}|${part('main', 'app')}` },
      { path: part('main', 'consumers', 'schedule') },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules/[.])' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    // 'source' first: without it an import of a workspace package ends in dist and no rule sees it.
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
