/** How much script a signed-out page takes before it is there: fails above 250 kB compressed. After a build. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const MOST = 250_000;

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const manifest = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'));

/** A chunk and all that it cannot be run without; what is imported later is not part of it. */
function closure(name, files = new Set()) {
  const { file, imports = [] } = manifest[name];
  if (files.has(file)) return files;
  files.add(file);
  for (const one of imports) closure(one, files);
  return files;
}

let isOver = false;
for (const area of ['public', 'account']) {
  const files = closure(`src/${area}/routes.tsx`, closure('index.html'));
  const bytes = [...files].map((file) => gzipSync(readFileSync(join(dist, file))).length);
  const total = bytes.reduce((sum, length) => sum + length, 0);
  isOver ||= total > MOST;
  process.stdout.write(
    `${area}: ${total} bytes of script in ${files.size} files, compressed (at most ${MOST})\n`,
  );
}
if (isOver) process.exitCode = 1;
