// What the root's npm scripts run. Plain JavaScript without dependencies, since on a fresh clone there are none: it
// checks Node, installs what package-lock.json names, and only then loads the TypeScript command.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Rollcall needs Node 20.19 or newer; this is ${process.version}. See https://nodejs.org or .nvmrc.`,
  );
  process.exit(1);
}

const commands = ['start', 'test', 'reset', 'rollcall', 'bench', 'schema'];
const [command = '', ...args] = process.argv.slice(2);
if (!commands.includes(command)) {
  console.error(`Usage: node deploy/local/bootstrap.mjs ${commands.join('|')} [arguments]`);
  process.exit(1);
}

const { ensureInstalled } = await import('./install.mjs');
await ensureInstalled();

// In this process rather than in a child, so that killing it leaves no child behind.
const tsx = await import('tsx/esm/api');
tsx.register();
const { register } = await import('node:module');
register('./source-condition.mjs', import.meta.url);
const { main } = await import(`./${command}.ts`);
const code = await main(args);
// Undefined: the command ends by itself when it has nothing left to do. Otherwise no handle
// left open may keep it alive; what is on its way to a pipe gets there first.
if (code !== undefined) process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
